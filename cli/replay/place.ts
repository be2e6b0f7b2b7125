/** Where recordings lie, and which one is meant. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { type Identity, readIdentities } from '../../recorder/index.ts';
import { openConfig } from '../open-config.ts';

/** The options that say where to look. */
export interface PlaceOption {
  readonly directory?: string;
  readonly config?: string;
  readonly key?: string;
}

/** `--directory`, `--config` and `--key` of every subcommand. */
export const PLACE_OPTIONS: readonly (readonly [string, string])[] = [
  [
    '-d, --directory <folder>',
    'where the recordings lie (else PANGATE_RECORDINGS, else the configuration says)',
  ],
  ['-c, --config <file>', 'the configuration that says where'],
  ['--key <file>', 'keys of recipients, one a line, for encrypted recordings'],
];

/** The keys that were named; none if none were. Throws `file-unreadable` or `argument-invalid`. */
export async function identitiesOf({ key }: PlaceOption): Promise<readonly Identity[]> {
  return key === undefined ? [] : readIdentities(key);
}

const SUFFIX = '.pgr.zst';

/** The folder of the recordings. Throws what loading the configuration throws. */
export async function directoryOf(options: PlaceOption): Promise<string> {
  const named =
    options.directory ?? (options.config === undefined ? process.env['PANGATE_RECORDINGS'] : undefined);
  if (named !== undefined && named !== '') return named;
  return (await openConfig(options)).config.record.directory;
}

/** Paths of all recordings, oldest first; of days from `fromDay` to `toDay` (`2026-11-23`) only. */
export async function* recordingsIn(directory: string, fromDay = '', toDay = '9'): AsyncGenerator<string> {
  for (const year of await numbered(directory, 4))
    for (const month of await numbered(join(directory, year), 2))
      for (const day of await numbered(join(directory, year, month), 2)) {
        const date = `${year}-${month}-${day}`;
        if (date < fromDay || date > toDay) continue;
        const folder = join(directory, year, month, day);
        const names = await namesIn(folder);
        for (const name of names.filter((each) => each.endsWith(SUFFIX)).sort()) yield join(folder, name);
      }
}

/** There is no recording of that name. */
export class RecordingMissing extends PangateError {
  constructor() {
    super('file-unreadable', 'there is no such recording', 'List them: pangate replay ls');
  }
}

/** As `pathOf`, of a file that is there. */
export async function recordingOf(word: string, options: PlaceOption): Promise<string> {
  const path = await pathOf(word, options);
  if (!existsSync(path)) throw new RecordingMissing();
  return path;
}

/**
 * The path that a word means: a path, a session id or the beginning of one, or `last`. Throws
 * `RecordingMissing`, and `argument-invalid` if there are several.
 */
export async function pathOf(word: string, options: PlaceOption): Promise<string> {
  if (word.includes('/') || word.endsWith(SUFFIX) || existsSync(word)) return word;
  const directory = await directoryOf(options);
  const found: string[] = [];
  for await (const path of recordingsIn(directory)) {
    if (word === 'last') found[0] = path;
    else if (basename(path).startsWith(word.toUpperCase())) found.push(path);
    if (found.length > 1)
      throw new PangateError('argument-invalid', 'more than one session begins so', 'Write more of its id.');
  }
  if (found[0] !== undefined) return found[0];
  throw new RecordingMissing();
}

async function numbered(folder: string, digits: number): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => name.length === digits && /^\d+$/.test(name)).sort();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new PangateError('file-unreadable', `cannot list recordings: ${(error as Error).message}`);
  }
}
