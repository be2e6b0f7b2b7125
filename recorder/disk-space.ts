/**
 * Room on the disk of the recordings: an alarm at 80 %, no new sessions at 95 %, and a file held
 * in reserve, whose room lets sessions end with a recorded reason when there is none left.
 */
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PangateError } from '../base/errors.ts';
import { type Disk, type DiskFile, writeAll } from './disk.ts';

/** Used and all bytes of a file system, of what this user can use. */
export interface Space {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** How to watch it. */
export interface DiskSpaceOptions {
  /** Bytes to hold in reserve; at most a sixteenth of what is free. 0: none. */
  readonly reserveBytes?: number;
  readonly alarmShare?: number;
  readonly refuseShare?: number;
  /** Asks the file system; for tests. */
  readonly spaceOf?: (directory: string) => Promise<Space>;
}

const ALARM_SHARE = 0.8;
const REFUSE_SHARE = 0.95;
/** An alarm is over when this much less is used. */
const HYSTERESIS_SHARE = 0.01;
const FREE_PARTS = 16;
const WRITE_BYTES = 1_048_576;
/** All who fail in the time after a relief are helped by it. */
const RELIEF_MS = 2000;
/** At first little is held, so that a start is quick; all of it when the archive has run for a while. */
const FIRST_BYTES = 1_048_576;
const SETTLED_MS = 10_000;
/** A reserve is made larger only where that is worth it. */
const GROWTH_MIN = 1.1;
const NAME = 'reserve';

/** The room of one archive. */
export class DiskSpace {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #onAlert: (error: Error) => void;
  readonly #options: Required<DiskSpaceOptions>;
  /** Bytes of the reserve; 0 while it is not held. */
  #heldBytes = 0;
  readonly #openedAtMs: number = performance.now();
  #relievedAtMs = Number.NEGATIVE_INFINITY;
  #isAlarmed = false;
  #usedShare = 0;
  #looking: Promise<void> | null = null;

  constructor(disk: Disk, directory: string, onAlert: (error: Error) => void, options: DiskSpaceOptions) {
    this.#disk = disk;
    this.#directory = directory;
    this.#onAlert = onAlert;
    this.#options = {
      reserveBytes: 0,
      alarmShare: ALARM_SHARE,
      refuseShare: REFUSE_SHARE,
      spaceOf,
      ...options,
    };
  }

  /** Used share of the disk when it was last looked at, 0 to 1: a metric. */
  get usedShare(): number {
    return this.#usedShare;
  }

  /** Why no session may begin; null if one may. */
  get refusal(): PangateError | null {
    const isShort = performance.now() - this.#relievedAtMs < RELIEF_MS;
    return isShort || this.#usedShare >= this.#options.refuseShare ? diskFull() : null;
  }

  /** Looks at the disk and holds the reserve again where there is room; one look at a time. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Before a recovery on a full disk: gives the reserve of an earlier run up. */
  async makeRoom(): Promise<void> {
    await this.#measure();
    if (this.#usedShare >= this.#options.refuseShare) await this.#release();
  }

  /**
   * For an error that a disk without room gives: lets go of the reserve. True if what failed is
   * worth a second try.
   */
  relieve(error: Error): boolean {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return false;
    const nowMs = performance.now();
    if (this.#heldBytes === 0) return nowMs - this.#relievedAtMs < RELIEF_MS;
    this.#heldBytes = 0;
    this.#relievedAtMs = nowMs;
    void this.#release();
    return true;
  }

  async #look(): Promise<void> {
    await this.#measure();
    const { alarmShare, refuseShare, reserveBytes } = this.#options;
    if (this.#usedShare >= alarmShare) this.#alarm();
    else if (this.#usedShare < alarmShare - HYSTERESIS_SHARE) this.#isAlarmed = false;
    const isQuiet = performance.now() - this.#relievedAtMs >= RELIEF_MS;
    if (reserveBytes > this.#heldBytes && isQuiet && this.#usedShare < refuseShare) await this.#hold();
  }

  #alarm(): void {
    if (this.#isAlarmed) return;
    this.#isAlarmed = true;
    const percent = Math.floor(this.#usedShare * 100);
    this.#onAlert(new Error(`the disk of the recordings is ${percent} % full`));
  }

  async #measure(): Promise<number> {
    try {
      const { usedBytes, totalBytes } = await this.#options.spaceOf(this.#directory);
      this.#usedShare = totalBytes > 0 ? usedBytes / totalBytes : 0;
      return totalBytes - usedBytes;
    } catch {
      // A file system that does not tell is not taken for a full one: its writes tell.
      return 0;
    }
  }

  /** Fills the reserve with bytes: a hole in a file reserves nothing. */
  async #hold(): Promise<void> {
    const free = (await this.#measure()) + this.#heldBytes;
    const isSettled = performance.now() - this.#openedAtMs >= SETTLED_MS;
    const wanted = isSettled ? this.#options.reserveBytes : Math.min(this.#options.reserveBytes, FIRST_BYTES);
    const bytes = Math.min(wanted, Math.floor(free / FREE_PARTS));
    if (bytes === 0 || bytes < this.#heldBytes * GROWTH_MIN) return;
    const relievedAtMs = this.#relievedAtMs;
    try {
      await this.#fill(bytes);
      // Given up while it grew: what was written has no name any more.
      if (relievedAtMs === this.#relievedAtMs) this.#heldBytes = bytes;
    } catch {
      this.#heldBytes = 0;
      await this.#release();
    }
  }

  async #fill(bytes: number): Promise<void> {
    const file = await this.#opened();
    try {
      let at = await file.size();
      if (at > bytes) await file.truncate(bytes);
      const zeros = new Uint8Array(WRITE_BYTES);
      while (at < bytes) at = await writeAll(file, [zeros.subarray(0, bytes - at)], at);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #opened(): Promise<DiskFile> {
    const path = join(this.#directory, NAME);
    try {
      return await this.#disk.open(path, 'change');
    } catch {
      return await this.#disk.open(path, 'create');
    }
  }

  async #release(): Promise<void> {
    await this.#disk.unlink(join(this.#directory, NAME)).catch(() => undefined);
  }
}

/** What a session is told that cannot begin, or go on. */
export function diskFull(): PangateError {
  return new PangateError(
    'disk-full',
    'the disk of the recordings is full',
    'Free some room: pangate replay report retention says what may be purged.',
  );
}

async function spaceOf(directory: string): Promise<Space> {
  const { blocks, bfree, bavail, bsize } = await statfs(directory);
  const usedBytes = (blocks - bfree) * bsize;
  return { usedBytes, totalBytes: usedBytes + bavail * bsize };
}
