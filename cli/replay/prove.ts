import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import {
  type CheckedProof,
  checkProof,
  LOG_FOLDER,
  logAround,
  openRecording,
  proveRecords,
  proveSession,
  readTrust,
} from '../../recorder/index.ts';
import { archiveOf, audit, sidOf } from './audit.ts';
import { guarded, STATUS_EXIT } from './exit.ts';
import { print } from './output.ts';
import { identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';
import { safeJson, safeText } from './safe-text.ts';
import { rootOf, spanOf } from './trust-options.ts';

interface ProveOptions extends PlaceOption {
  readonly records?: string;
  readonly output?: string;
  readonly check?: string;
  readonly vkeys?: string;
  readonly root?: string;
  readonly json?: boolean;
}

/** `pangate replay prove`. */
export function proveCommand(): Command {
  const command = new Command('prove')
    .description('a small file that proves a session, or some of its records, without the recording')
    .argument('[recording]', 'a file, a session id or the beginning of one, or last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('--records <from-to>', 'these records, as they were sealed; they stand in the proof')
    .option('-o, --output <file>', 'where the proof goes; else standard output')
    .option('--check <proof>', 'check a proof; needs no recording')
    .option('--vkeys <file>', 'for --check: whom to trust')
    .option('--root <vkey>', 'for --check: the key that must have signed the vkeys file')
    .option('--json', 'for --check: as JSON, records included')
    .addHelpText('after', HELP)
    .action((word: string | undefined, options: ProveOptions) =>
      guarded(() => (options.check === undefined ? prove(word, options) : check(options.check, options))),
    );
}

const HELP = `
A proof is a text (c2sp.org/tlog-proof): entries of the log over all sessions, their place in its
tree, and the checkpoint that log and witnesses have signed. Records come with the seal that
they are under. docs/formats/pgr-v1.md says how to check one without pangate.

Examples:
  $ pangate replay prove last --output session.tlog-proof
  $ pangate replay prove last --records 4-6 --output records.tlog-proof
  $ pangate replay prove --check records.tlog-proof --vkeys vkeys

Exit codes of --check: 0 VALID, 2 TAMPERED, 4 UNVERIFIABLE: no proof, or nobody who is trusted
vouches for it.`;

async function prove(word: string | undefined, options: ProveOptions): Promise<void> {
  if (word === undefined)
    throw new PangateError('argument-invalid', 'no recording is named', 'See: pangate replay prove --help');
  const path = await recordingOf(word, options);
  const text = await proofOf(path, options);
  if (options.output === undefined) await print(text);
  else write(options.output, text);
}

/** The proof of a recording where it lies. Records are shown by it: that is logged first. */
async function proofOf(path: string, options: ProveOptions): Promise<string> {
  const log = logAround(path);
  if (!existsSync(join(log, 'checkpoint')))
    throw new PangateError(
      'file-unreadable',
      'no log vouches for this recording: it lies alone',
      'Prove it where it was recorded.',
    );
  const what = options.records === undefined ? 'session' : `records ${options.records}`;
  await audit(archiveOf(path), { type: 'export', verb: 'prove', sid: sidOf(path), what });
  const recording = await openRecording(path, await identitiesOf(options));
  try {
    if (options.records === undefined) return await proveSession(recording, log);
    return await proveRecords(recording, log, spanOf(options.records, '--records'));
  } finally {
    await recording.close();
  }
}

async function check(file: string, options: ProveOptions): Promise<void> {
  if (options.vkeys === undefined)
    throw new PangateError(
      'argument-invalid',
      'whom to trust is not said',
      `Name the vkeys file that you were given: --vkeys FILE. The log has one too: ${LOG_FOLDER}/vkeys.`,
    );
  const trust = readTrust(read(options.vkeys), options.root === undefined ? null : rootOf(options.root));
  const checked = checkProof(read(file), trust, Date.now() * 1000);
  process.exitCode = STATUS_EXIT[checked.status];
  await print(options.json ? `${safeJson(checked)}\n` : textOf(checked));
}

function textOf({ status, reason, sid, parts, records, withheld }: CheckedProof): string {
  if (status !== 'VALID') return `${pc.red(status)}  ${safeText(reason)}\n`;
  const lines = [`${pc.green(status)}  ${sid}  ${safeText(reason)}`];
  for (const { index, size, type, timeUs, records: signed, cosigners } of parts) {
    const when = new Date(timeUs / 1000).toISOString();
    const what = signed === null ? '' : `, ${signed} records`;
    lines.push(`  ${type.padEnd(5)} ${when}  entry ${index} of ${size}${what}`);
    for (const { name, seconds } of cosigners)
      lines.push(`        ${new Date(seconds * 1000).toISOString()}  ${safeText(name)}`);
  }
  for (const { seq, type, data } of records) lines.push(`  ${seq}  ${type}  ${safeJson(data)}`);
  if (withheld.length > 0) lines.push(`  not given: ${withheld.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read: ${(error as Error).message}`);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new PangateError(
      'file-unreadable',
      `cannot write: ${(error as Error).message}`,
      'Name a new file.',
    );
  }
}
