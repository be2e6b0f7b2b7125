/**
 * An evidence bundle: a folder that an assessor can read and check without pangate. The
 * recording is a copy byte for byte; everything else is derived from it or vouches for it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PangateError } from '../../../base/errors.ts';
import {
  ArchiveVerifier,
  logAround,
  type Verification,
  type VerifyOptions,
  verifyRecording,
} from '../../../recorder/index.ts';
import { safeJson, safeText } from '../safe-text.ts';
import type { ExportFormat, ExportJob } from './format.ts';
import { html } from './html.ts';
import { type Proof, putProofs } from './proofs.ts';
import { jsonl } from './records.ts';
import { toFile } from './sink.ts';
import { text } from './text.ts';

const DERIVED: readonly (readonly [string, string, ExportFormat])[] = [
  ['session.html', 'the session with a player, for a browser', html],
  ['session.txt', 'what was read on the screen', text],
  ['records.jsonl', 'all records as JSON', jsonl],
];

/** Writes the folder, which must not exist. Throws `file-unreadable`; then nothing is left of it. */
export async function writeBundle(folder: string, job: Omit<ExportJob, 'sink'>): Promise<void> {
  await made(folder);
  try {
    await fill(folder, job);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Specifications of what is in the folder, so that nothing else has to be found. */
const FORMAT: Proof = { name: 'FORMAT.md', about: 'what the recording and the proofs are made of' };
const FORMAT_FILE = fileURLToPath(new URL('../../../../docs/formats/pgr-v1.md', import.meta.url));

async function made(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const remedy = 'Name a folder that does not exist, in one that does.';
    throw new PangateError('file-unreadable', `cannot make the bundle: ${(error as Error).message}`, remedy);
  }
}

async function fill(folder: string, job: Omit<ExportJob, 'sink'>): Promise<void> {
  const { recording, identities } = job.checked;
  const name = basename(recording.path);
  await copyFile(recording.path, join(folder, name));
  const report = await reportOn(recording.path, { depth: 'full', identities });
  await toFile(join(folder, 'report.json'), (sink) => sink.write(`${safeJson({ ...report, path: name })}\n`));
  const proofs = [...(await putProofs(recording, folder))];
  if (existsSync(FORMAT_FILE)) {
    await copyFile(FORMAT_FILE, join(folder, FORMAT.name));
    proofs.push(FORMAT);
  }
  for (const [file, , format] of DERIVED)
    await toFile(join(folder, file), (sink) => format.write({ ...job, sink }));
  await toFile(join(folder, 'README.txt'), (sink) => sink.write(readme(name, report, proofs, job.version)));
  const sums = await sumsOf(folder);
  await toFile(join(folder, 'SHA256SUMS'), (sink) => sink.write(sums));
}

/** Beside its log, where it has one. */
function reportOn(path: string, options: VerifyOptions): Promise<Verification> {
  const log = logAround(path);
  if (!existsSync(join(log, 'vkeys'))) return verifyRecording(path, options);
  return new ArchiveVerifier({ log }).verify(path, options);
}

async function sumsOf(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const hash = createHash('sha256');
    for await (const part of createReadStream(join(folder, name))) hash.update(part as Buffer);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  return lines.join('');
}

function readme(name: string, report: Verification, proofs: readonly Proof[], version: string): string {
  const files: (readonly [string, string])[] = [
    [name, 'the recording: the evidence'],
    ['report.json', 'what pangate replay verify said when this was made'],
    ...DERIVED.map(([file, about]) => [file, about] as const),
    ...proofs.map(({ name: file, about }) => [file, about] as const),
    ['SHA256SUMS', 'of all files but itself'],
  ];
  return `Session ${report.sid}
${report.status}: ${safeText(report.reason)}
Fingerprint (SHA-256 of the footer frame): ${report.digest || 'none, the recording has no end'}
Made by pangate ${version}.

${files.map(([file, about]) => `  ${file.padEnd(34)}  ${about}`).join('\n')}

${steps(name, new Set(proofs.map(({ name: file }) => file)))}`;
}

/** What an assessor types, and what it says: each indented line runs as it stands, in the folder. */
function steps(name: string, files: ReadonlySet<string>): string {
  const isSigned = files.has('vkeys');
  const proof = files.has('session.tlog-proof') ? ' session.tlog-proof' : '';
  const lines = [
    isSigned ? '' : 'The recording lay alone: no log vouches for it here.\n',
    'To check it here, with what any Linux has:\n',
    '  sha256sum -c SHA256SUMS',
    `  zstd -t ${name}\n`,
  ];
  if (files.has('verify.py') && isSigned)
    lines.push(
      'With Python 3 and openssl 3. It says VALID and ends with 0; 2: changed, 3: it has no end, 4: nobody',
      'who is trusted vouches for it. In place of vkeys take the public keys that you got from somebody else:',
      'the file here vouches for itself.\n',
      `  python3 verify.py --vkeys vkeys ${name}${proof}\n`,
    );
  if (files.has('timestamp.tsr'))
    lines.push(
      'The time stamp, with the certificates of the authority that was asked (from whoever runs the gateway):',
      'openssl ts -verify -data timestamped -in timestamp.tsr -CAfile AUTHORITY.pem\n',
    );
  if (files.has(FORMAT.name))
    lines.push(
      `By hand, with sha256sum and openssl alone: FORMAT.md, "By hand". There f is ${name}`,
      `and vkeys is the file of public keys.\n`,
    );
  lines.push(
    `Where pangate is installed: pangate replay verify ./${name}${isSigned ? ' --vkeys vkeys' : ''}`,
    ...(proof === '' ? [] : ['and pangate replay prove --check session.tlog-proof --vkeys vkeys']),
  );
  return `${lines.filter((line, i) => i > 0 || line !== '').join('\n')}\n`;
}
