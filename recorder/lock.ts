/**
 * One process per journal: a file with the process's id and start time. A lock whose process
 * is gone is taken over. Process ids are those of this machine (or container): a directory
 * shared between machines needs a journal name for each.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { PangateError } from '../base/errors.ts';

const NAME = 'lock';
const ATTEMPTS_MAX = 5;

/** Takes the lock of a journal folder; returns what gives it back. Throws `record-failed` if it is taken. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, NAME);
  const mine = `${process.pid} ${await startOf(process.pid)} ${randomBytes(8).toString('hex')}\n`;
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  await fs.writeFile(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (await linked(draft, path)) return () => unlock(path, mine);
      await removeStale(path);
    }
  } finally {
    await fs.unlink(draft);
  }
  throw taken(folder);
}

/** The id of the living process that holds the lock; null if none does. */
export async function lockHolder(folder: string): Promise<number | null> {
  const text = await read(join(folder, NAME));
  return text !== null && (await isAlive(text)) ? Number(text.split(' ')[0]) : null;
}

/** `link` is atomic and fails if the name exists. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await fs.link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the dead lock aside and looks again at what was moved: another may have been quicker. */
async function removeStale(path: string): Promise<void> {
  const seen = await read(path);
  if (seen === null) return;
  if (await isAlive(seen)) throw taken(path);
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await fs.rename(path, aside);
  } catch {
    return;
  }
  if ((await read(aside)) !== seen) await linked(aside, path);
  await fs.unlink(aside);
}

async function unlock(path: string, mine: string): Promise<void> {
  if ((await read(path)) === mine) await fs.unlink(path);
}

async function read(path: string): Promise<string | null> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch {
    return null;
  }
}

async function isAlive(text: string): Promise<boolean> {
  const [pid, start] = text.trim().split(' ');
  if (!/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return start === (await startOf(Number(pid)));
}

/** Start time of a process in clock ticks since boot, where /proc tells it; `-` elsewhere. */
async function startOf(pid: number): Promise<string> {
  const stat = await read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}

function taken(path: string): PangateError {
  const remedy = 'Stop the other process, or give this one a journal name or directory of its own.';
  return new PangateError('record-failed', `another process records here: ${path}`, remedy);
}
