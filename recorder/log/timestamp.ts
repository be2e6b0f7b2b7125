/**
 * The newest time stamp beside a log, checked with `openssl ts` (RFC 3161): that the authority has
 * seen a checkpoint, that the log has signed it, and that the log begins with what it says.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equal } from '../../base/bytes.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { isNoteSignedBy, parseNote } from './note.ts';
import { TileReader } from './tiles.ts';
import { rangeRoot } from './tree.ts';
import type { Trust } from './trust.ts';

/** Below a log's folder: `<size>.checkpoint`, and the token over it in `<size>.tsr`. */
export const TIMESTAMP_FOLDER = 'timestamp';

/** The files of a time stamp. */
export interface TimestampFiles {
  readonly checkpoint: string;
  readonly token: string;
}

/** What a time stamp proves: the log had so many entries then. Or why it proves nothing. */
export type CheckedTimestamp =
  | { readonly fault: null; readonly time: string; readonly size: number }
  | { readonly fault: string; readonly isMissing: boolean };

/** The newest one; null if there is none. */
export function newestTimestamp(log: string): TimestampFiles | null {
  const folder = join(log, TIMESTAMP_FOLDER);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sizes = names.filter((name) => /^\d+\.tsr$/.test(name)).map((name) => Number.parseInt(name, 10));
  const size = Math.max(-1, ...sizes);
  if (size < 0) return null;
  return { checkpoint: join(folder, `${size}.checkpoint`), token: join(folder, `${size}.tsr`) };
}

/** `authority`: a file of certificates that are trusted, PEM. Needs `openssl`. */
export function checkTimestamp(log: string, authority: string, trust: Trust): CheckedTimestamp {
  const files = newestTimestamp(log);
  if (files === null) return { fault: 'the log has no time stamp', isMissing: true };
  const { checkpoint: path, token } = files;
  const words = ['ts', '-verify', '-data', path, '-in', token, '-CAfile', authority];
  const verified = spawnSync('openssl', words, { encoding: 'utf8' });
  if (verified.error !== undefined) return { fault: 'openssl is not installed', isMissing: true };
  if (verified.status !== 0) return { fault: 'the time stamp does not hold', isMissing: false };
  const read = spawnSync('openssl', ['ts', '-reply', '-in', token, '-text'], { encoding: 'utf8' });
  const time = /^Time stamp: (.*)$/m.exec(read.stdout)?.[1] ?? '';
  const note = parseNote(readFileSync(path));
  const head = note === null ? null : parseCheckpoint(note.text);
  const isOurs =
    head !== null && trust.log.some((key) => key.name === head.origin && isNoteSignedBy(note!, key));
  if (head === null || !isOurs)
    return { fault: 'what was stamped is not signed by the log', isMissing: false };
  const { size, root } = head;
  if (!isBeginning(log, size, root))
    return { fault: 'the log is not the one that was stamped', isMissing: false };
  return { fault: null, time, size };
}

function isBeginning(log: string, size: number, root: Uint8Array): boolean {
  try {
    const newest = parseCheckpoint(parseNote(readFileSync(join(log, 'checkpoint')))?.text ?? '');
    if (newest === null || newest.size < size) return false;
    return equal(rangeRoot(new TileReader(log, newest.size).subtree, 0, size), root);
  } catch {
    return false;
  }
}
