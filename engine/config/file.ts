/** Files that people write, read whole; and the words for one that cannot be read. */
import { readFileSync, statSync } from 'node:fs';
import { PangateError } from '../../base/errors.ts';

/** A file people write is small; what is larger is a mistake. */
const FILE_BYTES_MAX = 4_194_304;
/** Reads a file that people write; throws `file-unreadable`. */
export function readText(file: string): string {
  try {
    if (statSync(file).size > FILE_BYTES_MAX)
      throw new PangateError('file-unreadable', `${file} is larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The error for a file that cannot be read, with what to do about it. */
export function unreadable(file: string, error: unknown): PangateError {
  if (error instanceof PangateError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const [why, remedy] = REASONS[code] ?? [`(${code})`, 'Check the path and its file system.'];
  return new PangateError('file-unreadable', `cannot read ${file}: ${why}`, remedy);
}

/** The error for a file that cannot be written. A full disk is the operator's, as is a closed folder. */
export function unwritable(file: string, error: unknown): PangateError {
  if (error instanceof PangateError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new PangateError(
    'file-unreadable',
    `cannot write ${file} (${code})`,
    'Check its folder, rights and space.',
  );
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'Check the path.'],
  EACCES: ['permission denied', 'Give the account that runs pangate the right to read it.'],
  EISDIR: ['it is a folder', 'Name a file.'],
  ENOTDIR: ['a part of its path is no folder', 'Check the path.'],
};
