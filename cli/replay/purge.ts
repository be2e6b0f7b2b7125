import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { PangateError } from '../../base/errors.ts';
import type { AuditLog } from '../../base/recording.ts';
import { storeOf } from '../../engine/store.ts';
import {
  defaultRetention,
  holdsOf,
  keepingOf,
  nameInStore,
  openRecording,
  purgeRecording,
  type Retention,
  type Store,
} from '../../recorder/index.ts';
import { actor, configOf, withLog } from './acts.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, PLACE_OPTIONS, type PlaceOption, recordingOf, recordingsIn } from './place.ts';

interface PurgeOptions extends PlaceOption {
  readonly due?: boolean;
  readonly dryRun?: boolean;
  readonly reason: string;
}

/** `pangate replay purge`. */
export function purgeCommand(): Command {
  const command = new Command('purge')
    .description('destroy recordings that need not be kept any longer')
    .argument('[recordings...]', 'files, session ids or beginnings of them');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('--due', 'every one that is older than record.retention.deleteAfterDays')
    .option('--dry-run', 'only say which')
    .option('--reason <text>', 'one line; it goes into the log', 'its time of retention has passed')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: PurgeOptions) => guarded(() => purge(words, options)));
}

const HELP = `
What is younger than its retention, or held for a case, is never purged. The key of an encrypted
recording is destroyed first: copies of it that are locked in a store cannot be read any more.
The entry in the log stays, and verify then says PURGED and not MISSING.

Examples:
  $ pangate replay purge --due --dry-run
  $ pangate replay purge 01KX4 --reason 'contract ended'`;

async function purge(words: readonly string[], options: PurgeOptions): Promise<void> {
  if ((options.due ?? false) === words.length > 0)
    throw new PangateError(
      'argument-invalid',
      'either name recordings or say --due',
      'See: pangate replay purge --help',
    );
  const retention = await retentionFor(options);
  const paths = options.due ? due(options, retention) : named(words, options);
  await withLog(options, (log) => purgeAll(paths, options, retention, log));
}

async function purgeAll(
  paths: AsyncIterable<string>,
  options: PurgeOptions,
  retention: Retention,
  log: AuditLog | null,
): Promise<void> {
  const { dryRun = false, reason } = options;
  const nowUs = Date.now() * 1000;
  const store = storeOf((await configOf(options))?.record.store);
  for await (const path of paths) {
    if (dryRun) {
      await print(`would purge  ${path}\n`);
      continue;
    }
    const inStore = (names: readonly string[]): Promise<readonly string[]> => purgeCopies(store, path, names);
    const purged = await purgeRecording(path, { retention, nowUs, by: actor(), reason, log, inStore });
    const shredded = purged.isShredded ? ', its key destroyed' : '';
    const locked =
      purged.locked.length === 0 ? '' : `; locked in the store still: ${purged.locked.join(', ')}`;
    await print(`purged  ${purged.sid}  ${purged.keeping.ageDays} days old${shredded}${locked}\n`);
  }
}

/** Removes the copies; the names of those that a lock keeps. */
async function purgeCopies(store: Store | null, path: string, names: readonly string[]): Promise<string[]> {
  const locked: string[] = [];
  for (const name of names) {
    const copy = nameInStore(join(dirname(path), name));
    if (store !== null && /\.(pgk|pgr\.zst)$/.test(name) && !(await store.remove(copy))) locked.push(copy);
  }
  return locked;
}

/** The rules of the configuration, or the default ones where none is found. */
export async function retentionFor(options: PlaceOption): Promise<Retention> {
  return (await configOf(options))?.record.retention ?? defaultRetention;
}

async function* named(words: readonly string[], options: PlaceOption): AsyncGenerator<string> {
  for (const word of words) yield await recordingOf(word, options);
}

async function* due(options: PlaceOption, retention: Retention): AsyncGenerator<string> {
  for await (const path of recordingsIn(await directoryOf(options))) {
    const recording = await openRecording(path).catch(() => null);
    await recording?.close();
    if (recording === null) continue;
    const { isDue } = keepingOf(recording.header, retention, Date.now() * 1000);
    if (isDue && (await holdsOf(path)).length === 0) yield path;
  }
}
