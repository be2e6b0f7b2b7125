/** Which files a run takes: those named, those in folders, those that patterns match. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { unreadable } from '../config/file.ts';
import { isPart, removeParts } from './redact-file.ts';

/** A file to take. */
export interface Entry {
  readonly path: string;
  /** Where it lies below the folder that all words share: its place in an output folder. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Whether it was named itself: then it is an error if it is not text. */
  readonly isNamed: boolean;
  /** Why it, or the folder or pattern that it is, cannot be looked into; the others are taken. */
  readonly failure: PangateError | null;
}

/** One part of `count`, from 0: for many machines that share the files of a run. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What is taken of the files behind the words. */
export interface Choice {
  readonly shard: Shard | null;
  /** Paths that are no input, though they lie in a folder that is: output, report, ledger. */
  readonly except: readonly string[];
}

/** Folders in folders. */
const DEPTH_MAX = 256;

/**
 * The files behind the words of a command line, each once, folders in the order of their names. Links
 * inside folders are not followed.
 */
export async function* walk(words: readonly string[], { shard, except }: Choice): AsyncGenerator<Entry> {
  const left = new Set(except.map((path) => resolve(path)));
  const base = await sharedFolder(words);
  for (const word of words)
    for await (const found of expand(word, left)) {
      const name = relative(base, resolve(found.path)).split(sep).join('/');
      // What one machine cannot look into no other may be asked about: every one says so.
      if (shard !== null && !found.failure && !isIn(shard, name)) continue;
      // One word alone gives no file twice.
      if (words.length > 1) left.add(resolve(found.path));
      yield { ...found, name };
    }
}

/** The deepest folder that all words lie in, or are. */
async function sharedFolder(words: readonly string[]): Promise<string> {
  let shared: string[] | null = null;
  for (const word of words) {
    const parts = resolve(await folderOf(word)).split(sep);
    const differs: number = shared === null ? -1 : shared.findIndex((part, i) => part !== parts[i]);
    if (shared === null) shared = parts;
    else if (differs >= 0) shared = shared.slice(0, differs);
  }
  return (shared ?? []).join(sep) || sep;
}

async function folderOf(word: string): Promise<string> {
  const found = await stat(word).catch(() => null);
  if (found?.isDirectory()) return word;
  return found === null && isPattern(word) ? fixedFolder(word) : dirname(word);
}

type Found = Omit<Entry, 'name'>;

function failed(path: string, failure: PangateError): Found {
  return { path, size: 0, mtimeMs: 0, isNamed: true, failure };
}

/** Spreads by a hash of the name, so that machines agree without a word. */
function isIn({ index, count }: Shard, name: string): boolean {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % count === index;
}

async function* expand(word: string, left: ReadonlySet<string>): AsyncGenerator<Found> {
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => unreadable(word, error));
  if (found instanceof PangateError) yield* isPattern(word) ? matching(word, left) : [failed(word, found)];
  else if (found.isDirectory()) yield* below(word, { depth: 0, left });
  else if (!left.has(resolve(word)))
    yield { path: word, size: found.size, mtimeMs: found.mtimeMs, isNamed: true, failure: null };
}

function isPattern(word: string): boolean {
  return /[*?[]/.test(word);
}

/** The folder before a pattern's first sign. */
function fixedFolder(pattern: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?[]/));
  return fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) || '/' : '.';
}

async function* matching(pattern: string, left: ReadonlySet<string>): AsyncGenerator<Found> {
  const match = globOf(pattern.startsWith('./') ? pattern.slice(2) : pattern);
  let any = false;
  for await (const entry of below(fixedFolder(pattern), { depth: 0, left })) {
    if (!entry.failure && !match.test(entry.path.startsWith('./') ? entry.path.slice(2) : entry.path))
      continue;
    any = true;
    yield entry;
  }
  if (any) return;
  const remedy = 'Check the pattern and the folder.';
  yield failed(pattern, new PangateError('file-unreadable', `nothing matches ${pattern}`, remedy));
}

/** `*` and `?` stay within a name; `**` crosses folders. */
function globOf(pattern: string): RegExp {
  let source = '';
  for (const [part] of pattern.matchAll(/\*\*\/|\*\*|\*|\?|\[[^\]/]+\]|[^*?[]+|\[/g)) {
    if (part === '**/') source += '(?:.*/)?';
    else if (part === '**') source += '.*';
    else if (part === '*') source += '[^/]*';
    else if (part === '?') source += '[^/]';
    else if (part.startsWith('[') && part.length > 1)
      source += `[${part.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
    else source += part.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

async function* below(
  folder: string,
  { depth, left }: { readonly depth: number; readonly left: ReadonlySet<string> },
): AsyncGenerator<Found> {
  const entries =
    depth > DEPTH_MAX
      ? new PangateError('limit-exceeded', `folders deeper than ${DEPTH_MAX}: ${folder}`)
      : await readdir(folder, { withFileTypes: true }).catch((error) => unreadable(folder, error));
  if (entries instanceof PangateError) return yield failed(folder, entries);
  const names = entries.map((entry) => entry.name);
  if (names.some(isPart)) await removeParts(folder, names);
  for (const entry of entries.sort(byName)) {
    const path = join(folder, entry.name);
    if (left.has(resolve(path))) continue;
    if (entry.isDirectory()) yield* below(path, { depth: depth + 1, left });
    else if (entry.isFile() && !isPart(entry.name)) {
      const found = await stat(path).catch((error) => unreadable(path, error));
      if (found instanceof PangateError) yield failed(path, found);
      else yield { path, size: found.size, mtimeMs: found.mtimeMs, isNamed: false, failure: null };
    }
  }
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}
