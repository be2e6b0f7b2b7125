/**
 * What a start does before it records: completes what the last run has left. One damaged
 * recording or journal never keeps others from being completed, nor the start from going on.
 */
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { openNotary } from './audit-log.ts';
import { bootsIn, JournalKeys, removeBootKey } from './boot-key.ts';
import { WALL_ERROR_UNKNOWN, type WallTime } from './chain.ts';
import { type Disk, systemDisk } from './disk.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { decodeHeader } from './header.ts';
import type { JournaledKey } from './journal-frame.ts';
import {
  type JournaledSession,
  journalFolders,
  journalPaths,
  type ScannedFile,
  scanJournal,
} from './journal-scan.ts';
import { lockFolder } from './lock.ts';
import type { Notary } from './notary.ts';
import type { Identity } from './recipient.ts';
import { type Recovery, recoverSession } from './recover-session.ts';
import { openZstd } from './zstd.ts';

export interface RecoverOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly wall: () => WallTime;
  readonly pathOf: (sid: string) => string;
  /** Folder of the keys of runs; the journal's own unless told. */
  readonly journalKeys?: string;
  /** Recipients' keys, where a run's key is gone. */
  readonly identities?: readonly Identity[];
  /** Signs what is completed; null where recordings are not signed. */
  readonly notary: Notary | null;
  /** Told of each recording that was not complete, and of damaged journals. */
  readonly onRecovery: (recovery: Recovery) => void;
  /** A recording was completed here; its journal waits for this. */
  readonly onComplete?: (sid: string) => Promise<void>;
  /** True for sessions whose journal is kept although they are complete. */
  readonly isAwaited?: (sids: Iterable<string>) => boolean;
}

/**
 * Completes the recordings of one journal folder, which the caller has locked, and removes
 * its files. The number that the next journal file may take.
 */
export async function recoverFolder(folder: string, options: RecoverOptions): Promise<number> {
  const { disk } = options;
  const paths = await journalPaths(disk, folder);
  const sessions = new Map<string, JournaledSession>();
  const kept = new Set<string>();
  const scanned: ScannedFile[] = [];
  for (const path of paths) {
    try {
      scanned.push(...(await scanJournal({ disk }, [path], sessions)));
    } catch (error) {
      kept.add(path);
      options.onRecovery(unreadable(path, error as Error));
    }
  }
  for (const session of sessions.values()) {
    const isDone = session.closed || (await rescued(session, folder, options));
    if (isDone && options.isAwaited?.([session.sid]) !== true) continue;
    for (const slice of session.slices) kept.add(slice.path);
  }
  for (const file of scanned) if (!kept.has(file.path)) await retire(file, options);
  if (kept.size === 0) await forgetBoots(folder, sessions.values(), options);
  const last = paths.at(-1);
  return last === undefined ? 1 : Number(last.slice(-12, -4)) + 1;
}

/** Completes one session from journal files that others may still write to; false if that fails. */
export async function repairSession(
  owner: {
    readonly sid: string;
    readonly header: Uint8Array;
    readonly trustedBytes: number;
    readonly journaledKey: JournaledKey | null;
  },
  folder: string,
  paths: readonly string[],
  options: RecoverOptions,
): Promise<boolean> {
  const { sid, header, journaledKey: key } = owner;
  const sessions = new Map<string, JournaledSession>();
  try {
    await scanJournal({ disk: options.disk, sid }, paths, sessions);
  } catch {
    return false;
  }
  // Of a session that never came into a journal there may still be a file to end.
  const unknown = { sid, header, slices: [], key, closed: false };
  return await rescued(sessions.get(sid) ?? unknown, folder, options, owner.trustedBytes);
}

/** Other journals in the directory whose processes are gone: completed under their own lock. */
export async function recoverOthers(own: string, options: RecoverOptions): Promise<void> {
  for (const folder of await journalFolders(options.disk, options.directory)) {
    if (folder === own) continue;
    try {
      const unlock = await lockFolder(folder);
      try {
        await recoverFolder(folder, options);
      } finally {
        await unlock();
      }
    } catch {
      // It is in use, or not readable: its own process, or the next start, sees to it.
    }
  }
}

/**
 * Completes what the journals of an archive hold, with recipients' keys where a run's own key is
 * gone. Throws `record-failed` while a gateway records there.
 */
export async function recoverArchive(
  directory: string,
  identities: readonly Identity[],
  pathOf: (sid: string) => string,
  journalKeys?: string,
): Promise<readonly Recovery[]> {
  const recoveries: Recovery[] = [];
  const wall = (): WallTime => ({ us: systemClock.wallUs(), errorUs: WALL_ERROR_UNKNOWN });
  const onRecovery = (recovery: Recovery): void => void recoveries.push(recovery);
  const keys = { identities, ...(journalKeys !== undefined && { journalKeys }) };
  const notary = await openNotary(directory);
  try {
    for (const folder of await journalFolders(systemDisk, directory)) {
      const unlock = await lockFolder(folder);
      try {
        const context = { disk: systemDisk, directory, wall, pathOf, onRecovery, notary };
        await recoverFolder(folder, { ...context, ...keys });
      } finally {
        await unlock();
      }
    }
  } finally {
    await notary?.close();
  }
  return recoveries;
}

async function rescued(
  session: JournaledSession,
  folder: string,
  options: RecoverOptions,
  trustedBytes = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const { disk, journalKeys = folder, identities } = options;
  const keys = new JournalKeys(disk, journalKeys, identities);
  const recovery = await recoverSession(session, { ...options, trustedBytes, keys, zstd: await openZstd() });
  if (recovery.outcome !== 'complete') options.onRecovery(recovery);
  if (recovery.outcome === 'recovered') await options.onComplete?.(session.sid);
  return recovery.outcome !== 'failed';
}

/** Keys of runs that have left nothing to complete. */
async function forgetBoots(
  folder: string,
  sessions: Iterable<JournaledSession>,
  { disk, journalKeys = folder }: RecoverOptions,
): Promise<void> {
  const boots = new Set(journalKeys === folder ? await bootsIn(disk, folder) : []);
  for (const { header } of sessions)
    boots.add(String(decodeHeader(header.subarray(FRAME_HEAD_BYTES))?.map['boot']));
  for (const boot of boots) await removeBootKey(disk, journalKeys, boot).catch(() => undefined);
}

/** A file that the disk does not give stays where it is, for a later start; others are not kept waiting. */
function unreadable(path: string, { message }: Error): Recovery {
  const reason = `a journal file cannot be read: ${message}`;
  return { sid: '', path, outcome: 'failed', records: 0, tornBytes: 0, reason };
}

/** A journal file that nobody needs goes; one that holds damage is kept aside. */
async function retire(file: ScannedFile, { disk, onRecovery }: RecoverOptions): Promise<void> {
  const { path, damagedBytes } = file;
  try {
    if (damagedBytes === 0) await disk.unlink(path);
    else await disk.rename(path, `${path}.damaged`);
  } catch {
    return;
  }
  if (damagedBytes === 0) return;
  const reason = 'a journal file holds damage between frames';
  onRecovery({
    sid: '',
    path: join(`${path}.damaged`),
    outcome: 'quarantined',
    records: 0,
    tornBytes: damagedBytes,
    reason,
  });
}
