/**
 * The way for anyone on this machine to add an entry to an archive's log: a view, an export, a
 * hold, a purge.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry, AuditLog } from '../base/recording.ts';
import { lockFolder } from './lock.ts';
import { Log } from './log/log.ts';
import { openKeys, SECRET_FOLDER } from './sealer/keys.ts';

/** The log's folder in an archive's directory. */
export const LOG_FOLDER = 'log';

/**
 * The log of the archive in a directory. Null if that archive has none (a copy of recordings
 * on another machine). Throws `record-failed` where there is one and it cannot be written:
 * what has to be logged must then not be done.
 */
export async function openAuditLog(directory: string): Promise<AuditLog | null> {
  const folder = join(directory, LOG_FOLDER);
  if (!existsSync(folder)) return null;
  return openOwnLog(folder);
}

/** The log itself, for a process that may read the sealer's keys while no sealer runs. */
async function openOwnLog(folder: string): Promise<AuditLog> {
  const unlock = await lockFolder(join(folder, SECRET_FOLDER));
  const log = new Log({ folder, key: openKeys(folder, hostname()).log, durability: 'disk' });
  return {
    append: (entry: AuditEntry) => log.append(entry),
    close: async () => {
      await log.close();
      await unlock();
    },
  };
}
