/** Which files a run takes: those named, those in folders, those that patterns match. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { unreadable } from '../config/file.ts';
import { isPart, removeParts } from './redact-file.ts';

/** A file to take. */
export interface Entry {
  readonly path: string;
  /** Where it lies below what was named: its place in an output folder. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Whether it was named itself: then it is an error if it is not text. */
  readonly isNamed: boolean;
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
 * The files behind the words of a command line, folders in the order of their names. Links inside
 * folders are not followed. Throws `file-unreadable`.
 */
export async function* walk(words: readonly string[], { shard, except }: Choice): AsyncGenerator<Entry> {
  const left = new Set(except.map((path) => resolve(path)));
  for (const word of words)
    for await (const entry of expand(word, left)) if (shard === null || isIn(shard, entry.name)) yield entry;
}

/** Spreads by a hash of the name, so that machines agree without a word. */
function isIn({ index, count }: Shard, name: string): boolean {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % count === index;
}

async function* expand(word: string, left: ReadonlySet<string>): AsyncGenerator<Entry> {
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && /[*?[]/.test(word)) return null;
    throw unreadable(word, error);
  });
  if (found === null) yield* matching(word, left);
  else if (found.isDirectory()) yield* below(word, word, { depth: 0, left });
  else yield { path: word, name: basename(word), size: found.size, mtimeMs: found.mtimeMs, isNamed: true };
}

async function* matching(pattern: string, left: ReadonlySet<string>): AsyncGenerator<Entry> {
  const fixed = pattern.slice(0, pattern.search(/[*?[]/));
  const base = fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) || '/' : '.';
  const match = globOf(pattern.startsWith('./') ? pattern.slice(2) : pattern);
  let any = false;
  for await (const entry of below(base, base, { depth: 0, left })) {
    if (!match.test(entry.path.startsWith('./') ? entry.path.slice(2) : entry.path)) continue;
    any = true;
    yield entry;
  }
  if (!any)
    throw new PangateError(
      'file-unreadable',
      `nothing matches ${pattern}`,
      'Check the pattern and the folder.',
    );
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
  root: string,
  folder: string,
  { depth, left }: { readonly depth: number; readonly left: ReadonlySet<string> },
): AsyncGenerator<Entry> {
  if (depth > DEPTH_MAX)
    throw new PangateError('limit-exceeded', `folders deeper than ${DEPTH_MAX}: ${root}`);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw unreadable(folder, error);
  });
  const names = entries.map((entry) => entry.name);
  if (names.some(isPart)) await removeParts(folder, names);
  for (const entry of entries.sort(byName)) {
    const path = join(folder, entry.name);
    if (left.has(resolve(path))) continue;
    if (entry.isDirectory()) yield* below(root, path, { depth: depth + 1, left });
    else if (entry.isFile() && !isPart(entry.name)) {
      const { size, mtimeMs } = await stat(path);
      yield { path, name: relative(root, path).split(sep).join('/'), size, mtimeMs, isNamed: false };
    }
  }
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}
