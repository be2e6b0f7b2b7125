/** How an archive is opened, and what is taken where nothing is said. */
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../base/clock.ts';
import type { ClockOptions } from './clock/clock-watch.ts';
import { type Disk, systemDisk } from './disk.ts';
import type { DiskSpaceOptions } from './disk-space.ts';
import type { EncryptionOptions } from './encryption.ts';
import { recordingLimits } from './limits.ts';
import type { Notary } from './notary.ts';
import type { Recovery } from './recover-session.ts';
import type { Store } from './store/store.ts';

/** How to open an archive. */
export interface ArchiveOptions {
  /** Where recordings and the journal lie; created if missing. */
  readonly directory: string;
  readonly mode: 'strict' | 'best-effort';
  /** `disk` (default): accepted records survive a power loss. `process`: only the end of the process. */
  readonly durability?: 'disk' | 'process';
  /** Name of the journal's folder; processes that share a directory need one each. */
  readonly journal?: string;
  /** Encrypts every recording; without it none is. */
  readonly encryption?: EncryptionOptions | null;
  /** Where complete recordings are copied to; null (default): nowhere. */
  readonly store?: Store | null;
  /** Days for which recordings of a target are to be kept, -1 for ever; stands in their headers. */
  readonly retainDaysOf?: ((target: string) => number) | null;
  /** What is done about a full disk. */
  readonly space?: DiskSpaceOptions;
  readonly segmentBytesMax?: number;
  readonly segmentAgeMs?: number;
  readonly journalFileBytesMax?: number;
  /** Threads that compress and hash. */
  readonly threads?: number;
  readonly clock?: Clock;
  /** What is asked of the system's clock; nothing unless told. */
  readonly timekeeping?: ClockOptions;
  readonly disk?: Disk;
  /** Signs recordings and keeps the log; null (default) for recordings without signatures. Who gives it closes it. */
  readonly notary?: Notary | null;
  /** Name of this gateway in recordings. */
  readonly node?: string;
  readonly gatewayVersion: string;
  /** Told of every failure, once per session and time of trouble. Never holds session data. */
  readonly onAlert?: (error: Error) => void;
  /** Told of each recording that the last run has left unfinished, and what became of it. */
  readonly onRecovery?: (recovery: Recovery) => void;
}

/** With every default. */
export type FullOptions = Required<ArchiveOptions>;

/** Fills in what was not said. */
export function withDefaults(options: ArchiveOptions): FullOptions {
  return {
    durability: 'disk',
    journal: 'journal',
    encryption: null,
    space: {},
    retainDaysOf: null,
    store: null,
    segmentBytesMax: recordingLimits.segmentBytesMax,
    segmentAgeMs: recordingLimits.segmentAgeMs,
    journalFileBytesMax: recordingLimits.journalFileBytesMax,
    threads: 0,
    clock: systemClock,
    timekeeping: { rule: 'off' },
    disk: systemDisk,
    notary: null,
    node: hostname(),
    onAlert: () => undefined,
    onRecovery: () => undefined,
    ...options,
  };
}
