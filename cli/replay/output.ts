/** Standard output for tables and lines: waits for a slow reader, ends quietly with a pager. */
import { once } from 'node:events';
import { outputFailed } from '../output-failed.ts';

/** Told when nobody reads any more. */
class ReaderGone extends Error {}

let isGone = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  isGone = error.code === 'EPIPE';
  if (!isGone) outputFailed(error);
});

/** Writes; resolves when there is room for more. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (isGone) throw new ReaderGone();
  if (!process.stdout.write(text) && !isGone)
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
}

/** True for the error that only says that the pager was left. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof ReaderGone || (error as NodeJS.ErrnoException | null)?.code === 'EPIPE';
}

/** Columns of the terminal; no limit where standard output is none. */
export function widthOf(): number {
  return process.stdout.isTTY ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
}
