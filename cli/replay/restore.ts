import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import { storeOf } from '../../engine/store.ts';
import {
  ArchiveVerifier,
  type Fetched,
  fetchRecording,
  LOG_FOLDER,
  placeRecording,
  recordingPath,
  type Status,
  type Store,
  type Verification,
  verifyRecording,
} from '../../recorder/index.ts';
import { configOf } from './acts.ts';
import { append } from './audit.ts';
import { guarded, STATUS_EXIT, worse } from './exit.ts';
import { parseCount } from './number-option.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { safeJson, safeText } from './safe-text.ts';

interface RestoreOptions extends PlaceOption {
  readonly missing?: boolean;
  readonly drill?: number;
  readonly json?: boolean;
}

/** `pangate replay restore`. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('bring recordings back from the store, each verified first')
    .argument('[recordings...]', 'session ids or beginnings of them');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('-m, --missing', 'every recording that the log has and that is not here')
    .option('--drill <count>', 'fetch and verify so many, drawn at random, and keep none', parseCount)
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: RestoreOptions) => guarded(() => restore(words, options)));
}

const HELP = `
The store is that of the configuration (record.store). A copy is fetched beside the recordings and
verified; only what holds comes to its place, and never over a recording that is there. Of a session
whose gateway was lost while it was open come the parts that had been copied.
Each one, and each drill with its time, is an entry in the log (PCI DSS 10.5.1). Exit codes as for verify.

Examples:
  $ pangate replay restore --missing
  $ pangate replay restore --drill 10
  $ pangate replay restore 01M84ZKVKPZFTAZW2V1RY0MC4A -d /srv/empty -c pangate.yaml`;

/** What restoring works with. */
interface Restoration {
  readonly store: Store;
  readonly directory: string;
  /** Null where the archive has no log. */
  readonly verifier: ArchiveVerifier | null;
  readonly options: RestoreOptions;
}

/** What came of one recording. */
interface Outcome {
  readonly sid: string;
  readonly status: Status;
  readonly reason: string;
  readonly bytes: number;
  readonly ms: number;
  readonly isPlaced: boolean;
}

/** Recordings that hold as far as they go. */
const GOOD: ReadonlySet<Status> = new Set(['VALID', 'VALID-REDACTED', 'OPEN', 'CRASH-TAIL', 'TRUNCATED']);

async function restore(words: readonly string[], options: RestoreOptions): Promise<void> {
  const ways = [words.length > 0, options.missing === true, options.drill !== undefined];
  if (ways.filter(Boolean).length !== 1)
    throw new PangateError(
      'argument-invalid',
      'name recordings, or say --missing or --drill',
      'See: pangate replay restore --help',
    );
  const restoration = await restorationOf(options);
  const sids = sidsOf(words, restoration);
  const outcomes: Outcome[] = [];
  for (const sid of sids) {
    const outcome = await fetchOne(sid, restoration);
    outcomes.push(outcome);
    process.exitCode = worse(Number(process.exitCode ?? 0), STATUS_EXIT[outcome.status]);
    await print(options.json ? `${safeJson(outcome)}\n` : line(outcome));
    if (outcome.isPlaced) await logged(restoration, { sid, status: outcome.status, bytes: outcome.bytes });
  }
  if (options.drill !== undefined) await logged(restoration, { drill: true, ...sums(outcomes) });
  if (!options.json) await print(summary(outcomes, options));
}

async function restorationOf(options: RestoreOptions): Promise<Restoration> {
  const store = storeOf((await configOf(options))?.record.store);
  if (store === null)
    throw new PangateError(
      'argument-invalid',
      'the configuration names no store',
      'Name the one with record.store: --config FILE.',
    );
  const directory = await directoryOf(options);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = join(directory, LOG_FOLDER);
  const verifier = existsSync(join(log, 'vkeys')) ? new ArchiveVerifier({ log }) : null;
  return { store, directory, verifier, options };
}

/** Which recordings are meant. */
function sidsOf(words: readonly string[], restoration: Restoration): readonly string[] {
  const { verifier, directory, options } = restoration;
  if (words.length > 0) return words.map((word) => sidFor(word.toUpperCase(), restoration));
  if (verifier === null)
    throw new PangateError(
      'argument-invalid',
      'there is no log that says which recordings there are',
      'Name them by their session ids.',
    );
  const kept = [...verifier.view.sessions.values()].filter(({ purged }) => purged === null);
  if (options.drill !== undefined)
    return drawn(
      kept.filter(({ ended }) => ended).map(({ sid }) => sid),
      options.drill,
    );
  return kept.map(({ sid }) => sid).filter((sid) => !existsSync(recordingPath(directory, sid)));
}

/** A whole id is taken as it is; the beginning of one is looked up in the log. */
function sidFor(word: string, { verifier }: Restoration): string {
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(word)) return word;
  const found = [...(verifier?.view.sessions.keys() ?? [])].filter((sid) => sid.startsWith(word));
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? 'no session of the log begins so' : 'more than one session begins so';
  throw new PangateError('argument-invalid', what, 'Write the whole session id.');
}

function drawn(sids: readonly string[], count: number): string[] {
  const left = [...sids];
  const taken: string[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(randomInt(left.length), 1));
  return taken;
}

/** In a folder of its own beside the recordings, which goes whatever happens. */
async function fetchOne(sid: string, restoration: Restoration): Promise<Outcome> {
  const scratch = mkdtempSync(join(restoration.directory, '.restore-'));
  const clear = (): void => rmSync(scratch, { recursive: true, force: true });
  const stop = (): never => {
    clear();
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await fetchInto(scratch, sid, restoration);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    clear();
  }
}

async function fetchInto(scratch: string, sid: string, restoration: Restoration): Promise<Outcome> {
  const { store, directory, options } = restoration;
  const isDrill = options.drill !== undefined;
  if (!isDrill && existsSync(recordingPath(directory, sid)))
    throw new PangateError('argument-invalid', `${sid} is there already`, 'Move it away to have the copy.');
  const beganMs = performance.now();
  const fetched = await fetchRecording(store, scratch, sid).catch((error: Error) => {
    throw new PangateError(
      'store-failed',
      `${sid} cannot be fetched: ${error.message}`,
      'What was restored stays.',
    );
  });
  const since = (): number => Math.round(performance.now() - beganMs);
  if (fetched === null) {
    const reason = 'The store has nothing of it.';
    return { sid, status: 'MISSING', reason, bytes: 0, ms: since(), isPlaced: false };
  }
  const { status, reason } = await verified(fetched, restoration);
  // On a new machine nobody can say yet whose signatures these are.
  const isGood = GOOD.has(status) || (status === 'UNVERIFIABLE' && restoration.verifier === null);
  const isPlaced = !isDrill && isGood;
  if (isPlaced) await placeRecording(fetched, directory, sid);
  return { sid, status, reason, bytes: fetched.bytes, ms: since(), isPlaced };
}

async function verified({ path }: Fetched, { verifier, options }: Restoration): Promise<Verification> {
  const how = { depth: 'full', identities: await identitiesOf(options) } as const;
  return verifier === null ? verifyRecording(path, how) : verifier.verify(path, how);
}

async function logged({ directory }: Restoration, what: Readonly<Record<string, unknown>>): Promise<void> {
  await append(directory, { type: 'restore', ...what });
}

function sums(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const ms = outcomes.map((outcome) => outcome.ms);
  return {
    recordings: outcomes.length,
    good: outcomes.filter(({ status }) => STATUS_EXIT[status] === 0).length,
    bytes: outcomes.reduce((total, { bytes }) => total + bytes, 0),
    ms: ms.reduce((total, each) => total + each, 0),
    ms_longest: Math.max(0, ...ms),
  };
}

function line({ sid, status, reason, bytes, ms, isPlaced }: Outcome): string {
  const colour = STATUS_EXIT[status] === 0 ? pc.green : STATUS_EXIT[status] === 3 ? pc.yellow : pc.red;
  const what = isPlaced ? 'restored' : 'fetched';
  const head = status === 'MISSING' ? '' : `  ${what}, ${bytes} bytes in ${ms} ms`;
  return `${colour(status)}  ${sid}${head}${status === 'VALID' ? '' : `  ${safeText(reason)}`}\n`;
}

function summary(outcomes: readonly Outcome[], { drill }: RestoreOptions): string {
  const { recordings, good, bytes, ms } = sums(outcomes);
  const placed = outcomes.filter(({ isPlaced }) => isPlaced).length;
  const what = drill === undefined ? `${placed} restored` : `drill: ${good} of ${recordings} came back whole`;
  return `${what}, ${bytes} bytes in ${ms} ms\n`;
}
