import { Command } from 'commander';
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import { type Status, type Verification, verifyRecording } from '../../recorder/index.ts';
import { approversIn } from './acts.ts';
import { guarded, STATUS_EXIT, worse } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption, pathOf, recordingsIn } from './place.ts';
import { safeJson, safeText } from './safe-text.ts';

interface VerifyOptions extends PlaceOption {
  readonly all?: boolean;
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly approvers?: string;
}

/** `pangate replay verify`. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('say whether recordings are what was recorded')
    .argument('[recordings...]', 'files, session ids or beginnings of them, last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('-a, --all', 'every recording in the folder')
    .option('-q, --quick', 'hashes, links and counts only; records are not decoded')
    .option('--approvers <file>', 'public keys of those who may approve redactions')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: VerifyOptions) => guarded(() => verify(words, options)));
}

const HELP = `
Statuses and exit codes; of several recordings the worst counts:
  0  VALID           all frames, records and links agree
  0  VALID-REDACTED  as VALID, and records were removed with the leave of two approvers
  2  TAMPERED        something was changed: where, and what can still be trusted
  3  OPEN            it is being recorded
  3  CRASH-TAIL      its recorder ended before it did; the next start completes it
  3  TRUNCATED       the end is missing, and no journal knows of it
  4  UNVERIFIABLE    a later version, or no recording
  5  MISSING         there is no such file
  64                 the command line is not understood

Examples:
  $ pangate replay verify last
  $ pangate replay verify --all --quick
  $ pangate replay verify --json recordings/2026/11/23/*.pgr.zst`;

async function verify(words: readonly string[], options: VerifyOptions): Promise<void> {
  if (options.all === words.length > 0)
    throw new PangateError(
      'argument-invalid',
      'either name recordings or say --all',
      'See: pangate replay verify --help',
    );
  if (!options.all && words.length === 0)
    throw new PangateError('argument-invalid', 'no recording is named', 'Name some, or say --all.');
  const depth = options.quick ? 'quick' : 'full';
  const identities = await identitiesOf(options);
  const approvers = options.approvers === undefined ? {} : { approvers: approversIn(options.approvers) };
  const counts = new Map<Status, number>();
  for await (const path of options.all ? recordingsIn(await directoryOf(options)) : named(words, options)) {
    const report = await verifyRecording(path, { depth, identities, ...approvers });
    counts.set(report.status, (counts.get(report.status) ?? 0) + 1);
    process.exitCode = worse(Number(process.exitCode ?? 0), STATUS_EXIT[report.status]);
    await print(options.json ? `${safeJson(report)}\n` : text(report));
  }
  if (!options.json && options.all) await print(`${summary(counts)}\n`);
}

async function* named(words: readonly string[], options: PlaceOption): AsyncGenerator<string> {
  for (const word of words) yield await pathOf(word, options);
}

function summary(counts: ReadonlyMap<Status, number>): string {
  let total = 0;
  for (const count of counts.values()) total += count;
  const each = [...counts].sort().map(([status, count]) => `${count} ${status}`);
  return [`${total} recording${total === 1 ? '' : 's'}`, ...each].join(', ');
}

function text(report: Verification): string {
  const { status, path, reason, sid, seals, records, digest } = report;
  if (status === 'VALID') {
    const how = report.recovered ? ', completed after a crash' : '';
    return `${pc.green(status)}  ${sid}  ${records} records, ${seals} seals${how}  ${digest.slice(0, 16)}\n`;
  }
  const colour = STATUS_EXIT[status] === 2 || STATUS_EXIT[status] === 5 ? pc.red : pc.yellow;
  const head = `${colour(status)}  ${sid || safeText(path)}  ${safeText(reason)}\n`;
  return head + damages(report) + trusted(report);
}

function damages({ damages: listed, damagesTotal, status }: Verification): string {
  if (status !== 'TAMPERED') return '';
  const lines = listed.map(
    ({ offset, segment, why }) => `  damage at byte ${offset}, segment ${segment}: ${safeText(why)}\n`,
  );
  if (damagesTotal > listed.length) lines.push(`  and ${damagesTotal - listed.length} more\n`);
  return lines.join('');
}

function trusted({ trusted: ranges, status }: Verification): string {
  if (status === 'MISSING' || status === 'UNVERIFIABLE') return '';
  if (ranges.length === 0) return '  no record can be trusted\n';
  const spans = ranges.map(({ fromSeq, toSeq }) => `${fromSeq} to ${toSeq}`);
  return `  records that hold: ${spans.join(', ')}\n`;
}
