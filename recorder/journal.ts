/**
 * The journal: what makes a record accepted. One append-only file for all sessions of a
 * process, followed by the next when it is full, with adaptive group commit: all that waits is
 * written, put on the medium, acknowledged; meanwhile the next group gathers. Under load
 * groups grow by themselves; alone, a record waits for one write.
 */
import { join } from 'node:path';
import type { Bytes } from '../base/bytes.ts';
import type { Disk, DiskFile } from './disk.ts';
import { writeAll } from './disk.ts';
import {
  closedFrame,
  type JournaledKey,
  journalHead,
  keyFrame,
  openFrame,
  RECORDS_FRAME_HEAD_BYTES,
  type RecordSlice,
  writeRecordsHead,
} from './journal-frame.ts';
import { recordingLimits } from './limits.ts';

const RETRY_MS = 250;

/** A session as the journal sees it. */
export interface JournalSource {
  /** Its header frame, written in front of its first records in every file. */
  readonly header: Bytes;
  /** Its key, if it is encrypted. */
  readonly journaledKey?: JournaledKey | null;
  /** The next records to write; null if all are taken. What it gives stays unchanged until settled. */
  take(): RecordSlice | null;
  /** All that was taken is on the medium. */
  settled(): void;
  /** What was taken is not; true to have it taken again later. */
  refused(error: Error): boolean;
}

interface Live {
  readonly source: JournalSource;
  readonly session: number;
  /** The file that names the session already. */
  file: File | null;
}

interface Batch {
  readonly entries: { readonly live: Live; readonly slice: RecordSlice }[];
  readonly sources: Set<JournalSource>;
  bytes: number;
}

interface File {
  readonly path: string;
  readonly handle: DiskFile;
  position: number;
  /** Sessions whose last records in this file are not yet safe elsewhere, with that number. */
  readonly pins: Map<JournalSource, number>;
}

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
}

/** The journal of one process. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #live = new Map<JournalSource, Live>();
  readonly #dirty = new Set<JournalSource>();
  readonly #closed: number[] = [];
  /** Oldest first; the last one is written to, unless it has failed. */
  readonly #files: File[] = [];
  #current: File | null = null;
  #number: number;
  #sessions = 0;
  #running: Promise<void> | null = null;
  #removed: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#number = options.firstNumber;
  }

  /** A session begins: from now on it is named in every file. */
  register(source: JournalSource): void {
    this.#live.set(source, { source, session: this.#sessions++, file: null });
  }

  /** The source has something to take. */
  dirty(source: JournalSource): void {
    this.#dirty.add(source);
    this.#running ??= this.#run();
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
    this.#live.delete(source);
    this.safe(source, Number.POSITIVE_INFINITY);
    this.#running ??= this.#run();
  }

  /** The recording could not be completed: its records stay here for the next start. */
  abandon(source: JournalSource): void {
    this.#live.delete(source);
  }

  /** Paths of all files, oldest first. */
  get paths(): readonly string[] {
    return this.#files.map((file) => file.path);
  }

  /** Waits for what is under way, closes, and removes what no session needs. */
  async close(): Promise<void> {
    await this.#running;
    await this.#drop();
    this.#release();
    await this.#removed;
  }

  async #run(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#dirty.size > 0 || this.#closed.length > 0) {
      const batch = this.#collect();
      const error = await this.#commit(batch);
      for (const source of batch.sources) {
        if (tell(source, error)) this.#dirty.add(source);
      }
      if (error !== null && this.#dirty.size > 0)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.#running = null;
  }

  /** Takes what waits, a slice of each source in turn, until the batch is full. */
  #collect(): Batch {
    const batch: Batch = { entries: [], sources: new Set(), bytes: 0 };
    for (const source of this.#dirty) {
      if (batch.bytes >= recordingLimits.journalBatchBytesMax) break;
      if (batch.entries.length >= recordingLimits.journalBatchSlicesMax) break;
      this.#dirty.delete(source);
      const live = this.#live.get(source);
      const slice = live === undefined ? null : source.take();
      if (slice === null) continue;
      // It may have more: a set gives what is added during the walk at its end.
      this.#dirty.add(source);
      batch.entries.push({ live: live!, slice });
      batch.sources.add(source);
      batch.bytes += slice.bytes.length;
    }
    return batch;
  }

  async #commit(batch: Batch): Promise<Error | null> {
    if (batch.entries.length === 0 && (this.#current === null || this.#closed.length === 0)) {
      this.#closed.length = 0;
      return null;
    }
    try {
      const file = await this.#file();
      const views = this.#views(file, batch);
      file.position = await writeAll(file.handle, views, file.position);
      if (this.#options.durability === 'disk' && batch.entries.length > 0) await file.handle.datasync();
      return null;
    } catch (error) {
      await this.#drop();
      return error as Error;
    }
  }

  /** The bytes of a batch; each of its sessions pinned first, so that the file stays while it may be needed. */
  #views(file: File, batch: Batch): Bytes[] {
    const views: Bytes[] = this.#closed.splice(0).map(closedFrame);
    const heads = Buffer.allocUnsafe(batch.entries.length * RECORDS_FRAME_HEAD_BYTES);
    for (const [i, { live, slice }] of batch.entries.entries()) {
      file.pins.set(live.source, slice.firstSeq + slice.count - 1);
      if (live.file !== file) views.push(...naming(live));
      live.file = file;
      const at = i * RECORDS_FRAME_HEAD_BYTES;
      writeRecordsHead(heads, at, live.session, slice);
      views.push(heads.subarray(at, at + RECORDS_FRAME_HEAD_BYTES), slice.bytes);
    }
    return views;
  }

  /** The file to write to: the one in use, or a new one that begins by naming all open sessions. */
  async #file(): Promise<File> {
    const current = this.#current;
    if (current !== null && current.position < this.#options.fileBytesMax) return current;
    const { disk, folder, boot } = this.#options;
    const number = this.#number++;
    const path = join(folder, `${String(number).padStart(8, '0')}.pgj`);
    const file: File = { path, handle: await disk.open(path, 'create'), position: 0, pins: new Map() };
    this.#files.push(file);
    this.#current = file;
    await current?.handle.close();
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
    file.position = await writeAll(file.handle, views, 0);
    if (this.#options.durability === 'process') return;
    await file.handle.datasync();
    await this.#options.disk.syncFolder(this.#options.folder);
  }

  /** A file that failed once is not written to again: its tail is not known. */
  async #drop(): Promise<void> {
    const file = this.#current;
    this.#current = null;
    try {
      await file?.handle.close();
    } catch {
      // The write's own error is the one that counts.
    }
  }

  /** Removes files from the oldest on while nobody needs them. */
  #release(): void {
    while (this.#files.length > 0) {
      const file = this.#files[0]!;
      if (file === this.#current || file.pins.size > 0) return;
      this.#files.shift();
      this.#removed = this.#removed.then(() => this.#options.disk.unlink(file.path)).catch(() => undefined);
    }
  }
}

/** What names a session in a file. */
function naming({ session, source }: Live): Bytes[] {
  const frames = [openFrame(session, source.header)];
  if (source.journaledKey) frames.push(keyFrame(session, source.journaledKey));
  return frames;
}

/** Tells a source how its batch went; true to try again. What one does wrong is its own failure. */
function tell(source: JournalSource, error: Error | null): boolean {
  try {
    if (error !== null) return source.refused(error);
    source.settled();
  } catch (fault) {
    source.refused(fault as Error);
  }
  return false;
}
