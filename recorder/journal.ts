/**
 * The journal: what makes a record accepted. One append-only file for all sessions of a
 * process, followed by the next when it is full. What a turn of callbacks has recorded is written
 * when the turn ends, at once where it is little: it then outlives the process. With `disk`
 * durability an fdatasync follows, which accepts all that was written before it began: when half of
 * the busy sessions wait for one, at the latest a moment after the write. So a session that is alone
 * waits for one and not for that of its request before, and many share few.
 */
import { join } from 'node:path';
import type { Bytes } from '../base/bytes.ts';
import type { Disk } from './disk.ts';
import {
  type Batch,
  encodeBatch,
  type File,
  type JournalSource,
  type Live,
  lastOf,
  naming,
  refused,
  tell,
} from './journal-batch.ts';
import { Crowd } from './journal-crowd.ts';
import { JournalFile } from './journal-file.ts';
import { journalHead, RECORDS_FRAME_HEAD_BYTES } from './journal-frame.ts';
import { recordingLimits } from './limits.ts';

const RETRY_MS = 250;
/** A write up to this size into the page cache takes less time than handing it to another thread. */
const QUICK_BYTES_MAX = 65_536;
/**
 * A quick write that took longer than this waited for the medium, and not only for a processor:
 * for a while others wait in another thread.
 */
const QUICK_MS_MAX = 25;
const SLOW_MS = 250;
/** From a write to its fdatasync, where few wait for it. */
const PATIENCE_MS = 1;

/** Where and how a journal writes. */
export interface JournalOptions {
  readonly disk: Disk;
  readonly folder: string;
  /** `disk`: fdatasync before a record is accepted; `process`: survives the process only. */
  readonly durability: 'disk' | 'process';
  readonly boot: Bytes;
  /** Number of the first file. */
  readonly firstNumber: number;
  readonly fileBytesMax: number;
  /** One of these sessions is not in the store, where there is one: its journal stays. */
  readonly isAwaited: (sids: Iterable<string>) => boolean;
}

/** The journal of one process. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #live = new Map<JournalSource, Live>();
  /** Those that have something to take, in turn. */
  #dirty: Live[] = [];
  readonly #closed: number[] = [];
  /** Oldest first; the last one is written to, unless it has failed. */
  readonly #files: File[] = [];
  #current: File | null = null;
  #number: number;
  #sessions = 0;
  /** A turn's end will write. */
  #isDue = false;
  /** A write that takes its time; nothing else is written meanwhile. */
  #writing: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  readonly #crowd = new Crowd<JournalSource>();
  /** Everything is to be put on the medium, whoever waits. */
  #isForced = false;
  #patience: NodeJS.Timeout | null = null;
  #syncedAtMs = 0;
  /** Sources that were written and not yet put on the medium, with the last number of each. */
  #unsynced = new Map<JournalSource, number>();
  readonly #scratch: Buffer = Buffer.allocUnsafeSlow(2 * QUICK_BYTES_MAX);
  #slowUntilMs = 0;
  #pausedUntilMs = 0;
  #removed: Promise<void> = Promise.resolve();
  #givenUp: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#number = options.firstNumber;
  }

  /** A session begins: from now on it is named in every file. */
  register(source: JournalSource): void {
    this.#live.set(source, { source, session: this.#sessions++, file: null, isDirty: false });
  }

  /** The source has something to take. */
  dirty(source: JournalSource): void {
    const live = this.#live.get(source);
    if (live !== undefined) this.#queue(live);
    this.#soon();
  }

  /** Somebody waits for this source's records. */
  hasten(source: JournalSource): void {
    if (this.#options.durability === 'process') return;
    this.#crowd.waits(source);
    if (this.#writing === null && !this.#isDirty(source)) this.#consider();
  }

  #isDirty(source: JournalSource): boolean {
    return this.#live.get(source)?.isDirty === true;
  }

  #queue(live: Live): void {
    if (live.isDirty) return;
    live.isDirty = true;
    this.#dirty.push(live);
  }

  /** All records up to `seq` are safe in the session's own file. */
  safe(source: JournalSource, seq: number): void {
    for (const file of this.#files) {
      const last = file.pins.get(source);
      if (last !== undefined && last <= seq) file.pins.delete(source);
    }
    this.#release();
  }

  /** True if a file other than the one in use waits for this session. */
  isHeldBy(source: JournalSource): boolean {
    return this.#files.some((file) => file !== this.#current && file.pins.has(source));
  }

  /** The recording is complete and safe: the journal lets go of it. */
  complete(source: JournalSource): void {
    const live = this.#live.get(source);
    if (live !== undefined) this.#closed.push(live.session);
    this.#forget(source);
    this.safe(source, Number.POSITIVE_INFINITY);
    this.#soon();
  }

  /** The recording could not be completed: its records stay here for the next start. */
  abandon(source: JournalSource): void {
    this.#forget(source);
  }

  #forget(source: JournalSource): void {
    this.#live.delete(source);
    this.#crowd.waitsNoMore(source);
  }

  /** A recording has come into the store. */
  stored(): void {
    this.#release();
  }

  /** Paths of all files, oldest first. */
  get paths(): readonly string[] {
    return this.#files.map((file) => file.path);
  }

  /** Waits for what is under way, closes, and removes what no session needs. */
  async close(): Promise<void> {
    this.#force();
    await this.#idle();
    this.#giveUp();
    await this.#givenUp;
    this.#release();
    await this.#removed;
  }

  /** Writes when all that has arrived meanwhile is dealt with, before the event loop waits again. */
  #soon(): void {
    if (this.#isDue || this.#writing !== null) return;
    this.#isDue = true;
    setImmediate(this.#turnEnded);
  }

  readonly #turnEnded = (): void => {
    this.#isDue = false;
    this.#pump();
  };

  #pump(): void {
    while (this.#writing === null && (this.#dirty.length > 0 || this.#closed.length > 0)) {
      const batch = this.#collect();
      if (batch.entries.length === 0 && this.#current === null) this.#closed.length = 0;
      else if (this.#isQuick(batch)) this.#writeNow(this.#current!, batch);
      else this.#writing = this.#writeLater(batch);
    }
  }

  /** Takes what waits, a slice of each source in turn, until the batch is full. */
  #collect(): Batch {
    const batch: Batch = { entries: [], bytes: 0 };
    const queue = this.#dirty;
    let taken = 0;
    while (taken < queue.length) {
      if (batch.bytes >= recordingLimits.journalBatchBytesMax) break;
      if (batch.entries.length >= recordingLimits.journalBatchSlicesMax) break;
      const live = queue[taken++]!;
      live.isDirty = false;
      const slice = this.#live.has(live.source) ? live.source.take() : null;
      if (slice === null) continue;
      // It may have more: it is asked again behind the others.
      this.#queue(live);
      batch.entries.push({ live, slice });
      batch.bytes += RECORDS_FRAME_HEAD_BYTES + slice.bytes.length;
    }
    this.#dirty = taken === queue.length ? [] : queue.slice(taken);
    return batch;
  }

  #isQuick({ bytes }: Batch): boolean {
    const file = this.#current;
    if (file === null || file.position >= this.#options.fileBytesMax) return false;
    return bytes <= QUICK_BYTES_MAX && file.fits(2 * QUICK_BYTES_MAX) && !this.#isSlow();
  }

  #isSlow(): boolean {
    if (this.#slowUntilMs > 0 && performance.now() >= this.#slowUntilMs) this.#slowUntilMs = 0;
    return this.#slowUntilMs > 0;
  }

  #writeNow(file: File, batch: Batch): void {
    try {
      const beganMs = performance.now();
      file.writeNow(this.#encode(file, batch));
      const nowMs = performance.now();
      if (nowMs - beganMs > QUICK_MS_MAX) this.#slowUntilMs = nowMs + SLOW_MS;
    } catch (error) {
      return this.#fail(file, batch, error as Error);
    }
    this.#written(batch);
  }

  async #writeLater(batch: Batch): Promise<void> {
    let file = this.#current;
    try {
      file = await this.#file();
      await file.write([this.#encode(file, batch)]);
      if (file !== this.#current) throw new Error('the journal file was given up');
      this.#written(batch);
    } catch (error) {
      this.#fail(file, batch, error as Error);
    }
    this.#writing = null;
    this.#pump();
  }

  /** With the operating system: accepted, or to be put on the medium first. */
  #written({ entries }: Batch): void {
    if (this.#options.durability === 'process')
      for (const { live, slice } of entries) tell(live.source, 'settled', lastOf(slice));
    else this.#toBeSynced(entries);
  }

  #toBeSynced(entries: Batch['entries']): void {
    const nowMs = performance.now();
    for (const { live, slice } of entries) {
      this.#unsynced.set(live.source, lastOf(slice));
      this.#crowd.wrote(live.source, nowMs);
    }
    for (const { live, slice } of entries) tell(live.source, 'wrote', lastOf(slice));
    this.#consider();
  }

  /** Begins to put on the medium what was written, if enough sessions wait. */
  #consider(): void {
    if (this.#syncing !== null || this.#unsynced.size === 0) return;
    if (this.#isWorthIt()) this.#syncing = this.#sync();
    else if (this.#patience === null) this.#patience = setTimeout(() => this.#outOfPatience(), PATIENCE_MS);
  }

  #isWorthIt(): boolean {
    return this.#isForced || this.#crowd.isHalfWaiting;
  }

  #outOfPatience(): void {
    this.#patience = null;
    if (performance.now() - this.#syncedAtMs < PATIENCE_MS) this.#consider();
    else this.#force();
  }

  #force(): void {
    if (this.#unsynced.size > 0) this.#isForced = true;
    this.#consider();
  }

  #takeUnsynced(): ReadonlyMap<JournalSource, number> {
    const group = this.#unsynced;
    this.#unsynced = new Map();
    return group;
  }

  /** Puts on the medium what was written, again while enough wait for what was written meanwhile. */
  async #sync(): Promise<void> {
    while (this.#unsynced.size > 0 && this.#isWorthIt()) {
      this.#isForced = false;
      this.#syncedAtMs = performance.now();
      const file = this.#current!;
      const group = this.#takeUnsynced();
      try {
        await file.datasync();
        for (const [source, seq] of group) this.#synced(source, seq);
      } catch (error) {
        this.#refuse(file, group.keys(), error as Error);
      }
    }
    this.#syncing = null;
    this.#consider();
  }

  #synced(source: JournalSource, seq: number): void {
    if (!this.#unsynced.has(source) && !this.#isDirty(source)) this.#crowd.waitsNoMore(source);
    tell(source, 'settled', seq);
  }

  #fail(file: File | null, { entries }: Batch, error: Error): void {
    const sources = entries.map(({ live }) => live.source);
    this.#refuse(file, sources, error);
  }

  /** A file that failed once is not written to again, and nothing counts that is not on the medium yet. */
  #refuse(file: File | null, sources: Iterable<JournalSource>, error: Error): void {
    const all = new Set(sources);
    if (file === this.#current) {
      for (const source of this.#takeUnsynced().keys()) all.add(source);
      this.#giveUp();
    }
    this.#pausedUntilMs = performance.now() + RETRY_MS;
    for (const source of all) if (refused(source, error)) this.dirty(source);
    this.#soon();
  }

  #encode(file: File, batch: Batch): Bytes {
    const closed = this.#closed.length === 0 ? this.#closed : this.#closed.splice(0);
    return encodeBatch(file, batch, closed, this.#scratch);
  }

  /** The file to write to: the one in use, or a new one that begins by naming all open sessions. */
  async #file(): Promise<File> {
    const current = this.#current;
    if (current !== null && current.position < this.#options.fileBytesMax) return current;
    await this.#pause();
    // What the file that is left holds is on the medium before another is begun.
    this.#force();
    await this.#syncing;
    const { disk, folder, boot, durability } = this.#options;
    const number = this.#number++;
    const path = join(folder, `${String(number).padStart(8, '0')}.pgj`);
    const file: File = await JournalFile.create(disk, path, durability === 'disk');
    this.#files.push(file);
    this.#current = file;
    await current?.close();
    await this.#begin(file, journalHead(number, boot));
    this.#release();
    return file;
  }

  async #begin(file: File, head: Bytes): Promise<void> {
    const views = [head];
    for (const live of this.#live.values()) {
      live.file = file;
      views.push(...naming(live));
    }
    await file.write(views);
    if (this.#options.durability === 'process') return;
    await file.datasync();
    await this.#options.disk.syncFolder(this.#options.folder);
  }

  /** Closes the file in use; the error of a write that failed is the one that counts, not one of this. */
  #giveUp(): void {
    const file = this.#current;
    this.#current = null;
    if (file !== null) this.#givenUp = this.#givenUp.then(() => file.close()).catch(() => undefined);
  }

  /** A moment between a failure and the next attempt. */
  async #pause(): Promise<void> {
    const ms = this.#pausedUntilMs - performance.now();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  async #idle(): Promise<void> {
    while (this.#isDue || this.#writing !== null || this.#syncing !== null)
      await (this.#writing ?? this.#syncing ?? new Promise((resolve) => setImmediate(resolve)));
  }

  /** Removes files from the oldest on while nobody needs them. */
  #release(): void {
    while (this.#files.length > 0) {
      const file = this.#files[0]!;
      if (file === this.#current || file.pins.size > 0 || this.#options.isAwaited(file.sids)) return;
      this.#files.shift();
      this.#removed = this.#removed.then(() => this.#options.disk.unlink(file.path)).catch(() => undefined);
    }
  }
}
