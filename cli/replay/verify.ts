import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import {
  ArchiveVerifier,
  checkTimestamp,
  LOG_FOLDER,
  logAround,
  type Status,
  type Verification,
  verifyRecording,
} from '../../recorder/index.ts';
import { approversIn } from './acts.ts';
import { archiveOf, auditRun } from './audit.ts';
import { guarded, STATUS_EXIT, worse } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption, pathOf, recordingsIn } from './place.ts';
import { safeJson, safeText } from './safe-text.ts';
import { rootOf, spanOf } from './trust-options.ts';

interface VerifyOptions extends PlaceOption {
  readonly all?: boolean;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly range?: string;
  readonly againstLog?: string;
  readonly vkeys?: string;
  readonly root?: string;
  readonly tsa?: string;
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
    .option('-a, --all', 'every recording that the log has, and every one in the folder')
    .option('-q, --quick', 'hashes, links and counts only; records are not decoded')
    .option('--approvers <file>', 'public keys of those who may approve redactions')
    .option('--full', 'decode every record (the default)')
    .option('--range <from-to>', 'decode only segments with records of these numbers')
    .option('--against-log <folder>', 'the log to hold them against (else the one beside them)')
    .option('--vkeys <file>', 'whom to trust (else the file vkeys in the log)')
    .option('--root <vkey>', 'the key that must have signed the vkeys file')
    .option(
      '--tsa <file>',
      'certificates of the authority that stamps the log with the time, PEM: check its stamp',
    )
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: VerifyOptions) => guarded(() => verify(words, options)));
}

const HELP = `
Statuses and exit codes; of several recordings the worst counts:
  0  VALID           all frames, records, links and signatures agree, and the log with them
  0  VALID-REDACTED  and records were removed with the leave of two approvers
  0  PURGED          it was deleted by the rules, and the log says so
  2  TAMPERED        something was changed: where, and what can still be trusted
  3  OPEN            it is being recorded; with --all that is 0: it is as it should be
  3  CRASH-TAIL      its recorder ended before it did; the next start completes it
  3  TRUNCATED       the end is missing, and no journal knows of it
  4  UNVERIFIABLE    a later version, no recording, or not signed where recordings are signed
  5  MISSING         there is no such file, or the log has a session that nothing is left of
  64                 the command line is not understood

Examples:
  $ pangate replay verify last
  $ pangate replay verify --all --quick
  $ pangate replay verify --all --vkeys vkeys.txt --root audit.example+1a2b3c4d+AbC...
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
  if (options.quick && options.full)
    throw new PangateError('argument-invalid', '--quick and --full are two different things', 'Say one.');
  const counts = new Map<Status, number>();
  for await (const report of reports(words, options)) {
    counts.set(report.status, (counts.get(report.status) ?? 0) + 1);
    const isFine = report.status === 'OPEN' && options.all;
    process.exitCode = worse(Number(process.exitCode ?? 0), isFine ? 0 : STATUS_EXIT[report.status]);
    await print(options.json ? `${safeJson(report)}\n` : text(report));
  }
  if (!options.json && options.all) await print(`${summary(counts)}\n`);
  const directory = await archiveIn(words, options);
  if (options.tsa !== undefined) await timestamp(join(directory, LOG_FOLDER), options.tsa, options);
  await logRun(directory, options, counts);
}

/** The archive that is verified, or that the first recording lies in. */
async function archiveIn([word]: readonly string[], options: VerifyOptions): Promise<string> {
  if (word === undefined) return directoryOf(options);
  return archiveOf(await pathOf(word, options).catch(() => ''));
}

/** That an authority has seen the log: a line of its own, and an exit code as for recordings. */
async function timestamp(around: string, authority: string, options: VerifyOptions): Promise<void> {
  const { trust } = new Verifiers(options).of(around) ?? {};
  if (trust === undefined) throw new PangateError('argument-invalid', 'there is no log to have a time stamp');
  const checked = checkTimestamp(options.againstLog ?? around, authority, trust);
  const status = checked.fault === null ? 'VALID' : checked.isMissing ? 'UNVERIFIABLE' : 'TAMPERED';
  process.exitCode = worse(Number(process.exitCode ?? 0), STATUS_EXIT[status]);
  const what = checked.fault ?? `the log had ${checked.size} entries on ${checked.time}`;
  await print(
    options.json
      ? `${safeJson({ timestamp: status, what })}\n`
      : `${status}  time stamp  ${safeText(what)}\n`,
  );
}

/** That change detection ran stands in the log (PCI DSS 10.3.4); who may only read can verify all the same. */
async function logRun(
  directory: string,
  options: VerifyOptions,
  counts: ReadonlyMap<Status, number>,
): Promise<void> {
  const what = { depth: options.quick ? 'quick' : 'full', all: options.all ?? false };
  try {
    await auditRun(directory, { ...what, statuses: Object.fromEntries(counts) });
  } catch (error) {
    process.stderr.write(`pangate: this verification is not in the log: ${(error as Error).message}\n`);
  }
}

async function* reports(words: readonly string[], options: VerifyOptions): AsyncGenerator<Verification> {
  const verifiers = new Verifiers(options);
  const range = options.range === undefined ? {} : { range: spanOf(options.range, '--range') };
  const identities = await identitiesOf(options);
  const approvers = options.approvers === undefined ? {} : { approvers: approversIn(options.approvers) };
  const how = { depth: options.quick ? 'quick' : 'full', identities, ...approvers, ...range } as const;
  if (options.all) {
    const directory = await directoryOf(options);
    const verifier = verifiers.of(join(directory, LOG_FOLDER));
    if (verifier !== null) yield* verifier.all(directory, recordingsIn(directory), how);
    else for await (const path of recordingsIn(directory)) yield await verifyRecording(path, how);
    return;
  }
  for await (const path of named(words, options)) {
    const verifier = verifiers.of(logAround(path));
    yield await (verifier === null ? verifyRecording(path, how) : verifier.verify(path, how));
  }
}

/** A verifier for each log. */
class Verifiers {
  readonly #options: VerifyOptions;
  readonly #known = new Map<string, ArchiveVerifier>();

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** Null where recordings have no log and none was named. */
  of(around: string): ArchiveVerifier | null {
    const { againstLog, vkeys, root } = this.#options;
    const log = againstLog ?? around;
    if (againstLog === undefined && vkeys === undefined && !existsSync(join(log, 'vkeys'))) return null;
    let verifier = this.#known.get(log);
    if (verifier === undefined) {
      const key = root === undefined ? null : rootOf(root);
      verifier = new ArchiveVerifier({ log, ...(vkeys !== undefined && { vkeys }), root: key });
      this.#known.set(log, verifier);
    }
    return verifier;
  }
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
    const line = `${pc.green(status)}  ${sid}  ${records} records, ${seals} seals${how}  ${digest.slice(0, 16)}\n`;
    return line + doubts(report);
  }
  const colour = STATUS_EXIT[status] === 2 || STATUS_EXIT[status] === 5 ? pc.red : pc.yellow;
  const head = `${colour(status)}  ${sid || safeText(path)}  ${safeText(reason)}\n`;
  return head + damages(report) + trusted(report) + doubts(report);
}

function doubts({ doubts: listed = [] }: Verification): string {
  return listed.map((doubt) => `  ${pc.yellow('doubt')}: ${safeText(doubt)}\n`).join('');
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
