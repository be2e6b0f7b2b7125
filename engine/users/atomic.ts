/** Files that are replaced whole or not at all. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PangateError } from '../../base/errors.ts';
import { unwritable } from '../config/file.ts';

const LOCK_TRIES = 100;
const LOCK_WAIT_MS = 50;

/** Writes beside, makes durable, renames over. A crash leaves the old file or the new one. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const beside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.new`;
  try {
    const handle = await open(beside, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(beside, { force: true });
    throw unwritable(file, error);
  }
}

/** Makes a rename durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs `work` while a lock file names this process; takes over one whose process is gone. */
export async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await acquire(lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<void> {
  for (let i = 0; i < LOCK_TRIES; i++) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(lock, error);
    }
    if (!(await isStale(lock)) || !(await removeStale(lock))) await sleep(LOCK_WAIT_MS);
  }
  throw new PangateError(
    'file-unreadable',
    `${lock} is held by another process`,
    'Try again; if no other pangate is running, remove that file.',
  );
}

/**
 * Removes the lock of a process that is gone; false if another process is about to. One at a time,
 * and looked at again: who found it stale may come late and must not remove a newer one.
 */
async function removeStale(lock: string): Promise<boolean> {
  const claim = `${lock}.claim`;
  try {
    await writeFile(claim, '', { flag: 'wx', mode: 0o600 });
  } catch {
    return false;
  }
  try {
    if (await isStale(lock)) await rm(lock, { force: true });
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function isStale(lock: string): Promise<boolean> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
