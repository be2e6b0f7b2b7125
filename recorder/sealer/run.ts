/** One sealer as a running thing: its folder locked, its keys and log open, its socket served. */
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { lockFolder } from '../lock.ts';
import { Log } from '../log/log.ts';
import { TileReader } from '../log/tiles.ts';
import { openKeys, SECRET_FOLDER, trustWitnesses } from './keys.ts';
import { Sealer } from './sealer.ts';
import { type TimestampAuthority, Timestamps } from './timestamps.ts';
import { type WitnessAddress, Witnesses } from './witnesses.ts';

/** How a sealer works. */
export interface SealerOptions {
  /** The log's folder. */
  readonly folder: string;
  readonly durability: 'disk' | 'process';
  /** Name of the node in its keys, the first time. */
  readonly node?: string;
  /** The folder must be there: a sealer that is started again makes no second log where the first is gone. */
  readonly isAgain?: boolean;
  /** Who cosigns the log's checkpoints. */
  readonly witnesses?: readonly WitnessAddress[];
  /** Who stamps checkpoints with the time. */
  readonly timestamps?: TimestampAuthority;
  /** The log has failed: the process is to end. */
  readonly onFailure?: (error: Error) => void;
}

/** A sealer that is open in this process. */
export interface OpenSealer {
  readonly sealer: Sealer;
  close(): Promise<void>;
}

/** Seconds without an entry after which one says that the sealer lives. */
const ALIVE_MS = 60_000;
const LOCK_LOOK_MS = 50;
const LOCK_MS_MAX = 5000;

/** Opens it, alone on its folder. Throws `record-failed` while another one is, `archive-damaged` if its log was changed. */
export async function openSealer(options: SealerOptions): Promise<OpenSealer> {
  const { folder, durability, node = hostname(), isAgain = false, onFailure } = options;
  if (isAgain && !existsSync(folder))
    throw new PangateError('record-failed', `the log of the recordings is gone: ${folder}`);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  mkdirSync(join(folder, SECRET_FOLDER), { recursive: true, mode: 0o700 });
  const unlock = await lockWhenFree(join(folder, SECRET_FOLDER));
  try {
    const keys = openKeys(folder, node);
    const log = new Log({ folder, key: keys.log, durability });
    const sealer = new Sealer({ keys, log, ...(onFailure && { onFailure }) });
    sealer.load(new TileReader(folder, log.size), log.size);
    const addresses = options.witnesses ?? [];
    const witnesses = new Witnesses(folder, log, addresses, (error) => onFailure?.(error));
    await witnesses.check();
    trustWitnesses(folder, addresses);
    witnesses.start();
    await sealer.note({ type: 'boot', node: keys.node.name, size: log.size });
    const note = (entry: AuditEntry): Promise<number> => sealer.note(entry);
    const timestamps = new Timestamps({ folder, log, authority: options.timestamps ?? null, note });
    timestamps.start();
    return {
      sealer,
      close: alive(sealer, log, async () => {
        witnesses.close();
        timestamps.close();
        await unlock();
      }),
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** The sealer of a gateway that has just ended may still be putting its log away. */
async function lockWhenFree(folder: string): Promise<() => Promise<void>> {
  for (let waitedMs = 0; ; waitedMs += LOCK_LOOK_MS) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (waitedMs >= LOCK_MS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_LOOK_MS));
    }
  }
}

/** An entry a minute, whatever else comes: silence of the log is then a sign. */
function alive(sealer: Sealer, log: Log, unlock: () => Promise<void>): () => Promise<void> {
  let size = log.size;
  const timer = setInterval(() => {
    if (log.size === size) sealer.note({ type: 'alive' }).catch(() => undefined);
    size = log.size;
  }, ALIVE_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sealer.close();
    await unlock();
  };
}
