/**
 * An evidence bundle: a folder that an assessor can read and check without pangate. The
 * recording is a copy byte for byte; everything else is derived from it or vouches for it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
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

const CHECKS = `  pangate replay prove --check session.tlog-proof --vkeys VKEYS
  python3 verify.py --vkeys VKEYS RECORDING session.tlog-proof

VKEYS is a file of public keys that you got from somebody else; the one here vouches for itself.
`;

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
  const proofs = await putProofs(recording, folder);
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
  const missing = proofs.length === 0 ? '\nThe recording lay alone: no log vouches for it here.\n' : '';
  return `Session ${report.sid}
${report.status}: ${safeText(report.reason)}
Fingerprint (SHA-256 of the footer frame): ${report.digest || 'none, the recording has no end'}
Made by pangate ${version}.

${files.map(([file, about]) => `  ${file.padEnd(34)}  ${about}`).join('\n')}
${missing}
To check:

  sha256sum -c SHA256SUMS
  zstd -t ${name}
  pangate replay verify ./${name}
${proofs.some(({ name: file }) => file === 'verify.py') ? CHECKS.replace('RECORDING', name) : ''}
docs/formats/pgr-v1.md says how to check a recording by hand, without pangate.
`;
}
