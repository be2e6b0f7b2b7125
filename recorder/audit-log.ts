/**
 * The way for anyone on this machine to add an entry to an archive's log: a view, an export, a
 * hold, a purge.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditLog } from '../base/recording.ts';
import type { Notary } from './notary.ts';
import { SealerClient } from './sealer/client.ts';
import { SECRET_FOLDER } from './sealer/keys.ts';
import { openSealer } from './sealer/run.ts';
import { SOCKET_FILE } from './sealer/wire.ts';

/** The log's folder in an archive's directory. */
export const LOG_FOLDER = 'log';

/** How long a socket that is there is tried before the log is opened without it. */
const CONNECT_MS = 1000;

/**
 * The log of the archive in a directory. Null if that archive has none, or not its keys (a copy
 * on another machine). Throws `record-failed` where there is one and it cannot be written:
 * what has to be logged must then not be done.
 */
export function openAuditLog(directory: string): Promise<AuditLog | null> {
  return openNotary(directory);
}

/** As `openAuditLog`, for who also has something to sign: the running sealer, else one in this process. */
export async function openNotary(directory: string): Promise<Notary | null> {
  const folder = join(directory, LOG_FOLDER);
  if (!existsSync(join(folder, 'checkpoint')) || !existsSync(join(folder, SECRET_FOLDER))) return null;
  if (existsSync(join(folder, SOCKET_FILE))) {
    const client = new SealerClient(folder);
    try {
      await client.ready(CONNECT_MS);
      return client;
    } catch {
      // It was left behind: the lock below says whether nobody is there.
      await client.close();
    }
  }
  const { sealer, close } = await openSealer({ folder, durability: 'disk' });
  return {
    trouble: null,
    sign: (sid, frames, end) => sealer.sign(sid, frames, end),
    last: (sid) => sealer.last(sid),
    acknowledge: (heads) => sealer.acknowledge(heads),
    append: (entry) => sealer.append(entry),
    close,
  };
}
