/**
 * The end of a recording: the log entry first, then its key, then its files. With the key an
 * encrypted recording is gone wherever a copy of it may still lie. docs/recording.md, "Purge".
 */
import { basename, dirname, join } from 'node:path';
import { PangateError } from '../base/errors.ts';
import type { AuditLog } from '../base/recording.ts';
import { overwrite } from './boot-key.ts';
import { syncFolders, systemDisk } from './disk.ts';
import { holdsOf } from './hold.ts';
import { openRecording } from './reader.ts';
import { FOREVER, type Keeping, keepingOf, type Retention } from './retention.ts';
import { wrappedKeyPath } from './wrapped-key.ts';

/** Who purges, and by which rules. */
export interface PurgeOptions {
  readonly retention: Retention;
  readonly nowUs: number;
  readonly by: string;
  readonly reason: string;
  readonly log: AuditLog | null;
  /** Removes the copies in the store; the names of those that it must keep for now. */
  readonly inStore?: (names: readonly string[]) => Promise<readonly string[]>;
}

/** What was done. */
export interface Purged {
  readonly sid: string;
  readonly keeping: Keeping;
  /** Its key was destroyed: copies elsewhere cannot be read. */
  readonly isShredded: boolean;
  readonly removed: readonly string[];
  /** Objects in the store that are locked still. */
  readonly locked: readonly string[];
}

/** Purges one recording. Throws `retained` while it must be kept, `record-failed` if it cannot be logged. */
export async function purgeRecording(path: string, options: PurgeOptions): Promise<Purged> {
  const { retention, nowUs, log, by, reason, inStore } = options;
  const recording = await openRecording(path);
  const { header, isEncrypted } = recording;
  await recording.close();
  const keeping = keepingOf(header, retention, nowUs);
  if (!keeping.mayGo) throw retained(whyKept(keeping));
  if ((await holdsOf(path)).length > 0) throw retained('it is held for a case');
  const { sid } = header;
  const { ageDays, retainDays } = keeping;
  await log?.append({
    type: 'purge',
    sid,
    by,
    reason,
    age_days: ageDays,
    retain_days: retainDays,
    shredded: isEncrypted,
  });
  if (isEncrypted) await overwrite(systemDisk, wrappedKeyPath(path)).catch(ignoreMissing);
  const removed = await removeAll(path, sid);
  const locked = (await inStore?.(removed)) ?? [];
  return { sid, keeping, isShredded: isEncrypted, removed, locked };
}

/** Every file of the session, the key first. */
async function removeAll(path: string, sid: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const key = basename(wrappedKeyPath(path));
  const names = (await systemDisk.list(folder)).filter((name) => name.startsWith(`${sid}.`));
  const ordered = [...names.filter((name) => name === key), ...names.filter((name) => name !== key)];
  for (const name of ordered) {
    await systemDisk.unlink(join(folder, name));
    if (name === key) await systemDisk.syncFolder(folder);
  }
  await syncFolders(systemDisk, path, folder);
  return ordered;
}

function whyKept({ ageDays, retainDays }: Keeping): string {
  if (retainDays === FOREVER) return 'it is to be kept for ever';
  return `it is ${ageDays} days old and to be kept for ${retainDays}`;
}

function retained(why: string): PangateError {
  return new PangateError(
    'retained',
    `the recording is not purged: ${why}`,
    'See: pangate replay report retention',
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
