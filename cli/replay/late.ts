/**
 * Entries that the log could not take when a recording was looked at in an emergency (`--break-glass`):
 * each waits in a file beside the log, and goes into it as soon as it takes entries again.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry, AuditLog } from '../../base/recording.ts';

const FOLDER = 'late';
const NAME = /^\d{13}-[0-9a-f]{16}\.json$/;
const FILE_BYTES_MAX = 60_000;
/** What may wait: who can write a file here shall not write others' entries. */
const TYPES: ReadonlySet<unknown> = new Set(['view', 'export']);

/** Keeps an entry on the medium. Throws `record-failed`: then nothing is shown. */
export function keepLate(directory: string, entry: AuditEntry): void {
  const folder = join(directory, FOLDER);
  const name = `${Date.now()}-${randomBytes(8).toString('hex')}.json`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(join(folder, name), 'wx', 0o600);
    try {
      writeSync(file, JSON.stringify({ ...entry, at_us: Date.now() * 1000 }));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new PangateError(
      'record-failed',
      `neither the log nor a file beside it takes the entry: ${(error as Error).message}`,
      'Free the disk, or work on a copy of the recording elsewhere.',
    );
  }
}

/** Gives the log what waits, oldest first; what is no such entry is left where it is. */
export async function deliverLate(directory: string, log: AuditLog): Promise<void> {
  for (const path of waiting(directory)) {
    const entry = entryIn(path);
    if (entry === null) continue;
    await log.append(entry);
    rmSync(path, { force: true });
  }
}

function waiting(directory: string): string[] {
  try {
    const folder = join(directory, FOLDER);
    const names = readdirSync(folder).filter((name) => NAME.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function entryIn(path: string): AuditEntry | null {
  try {
    const text = readFileSync(path, 'utf8');
    const entry: unknown = text.length > FILE_BYTES_MAX ? null : JSON.parse(text);
    if (typeof entry !== 'object' || entry === null || !TYPES.has((entry as AuditEntry).type)) return null;
    return entry as AuditEntry;
  } catch {
    return null;
  }
}
