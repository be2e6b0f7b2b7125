/**
 * The file of one recording, written in order by whoever is first: segments are packed side
 * by side in the pool and appended one after the other. All steps are chained; after the
 * first failure none runs, and the journal keeps what is missing.
 */
import { dirname } from 'node:path';
import type { Bytes } from '../base/bytes.ts';
import { Chain, type WallTime } from './chain.ts';
import { type Disk, type DiskFile, syncFolders, writeAll } from './disk.ts';
import type { Envelope } from './envelope.ts';
import { recordingLimits } from './limits.ts';
import type { Notary } from './notary.ts';
import type { SegmentBuffer } from './segment-buffer.ts';
import type { SegmentPool } from './segment-pool.ts';
import type { SegmentResult } from './segment-worker.ts';
import { writeWrappedKey } from './wrapped-key.ts';

/** Where a recording goes, and who is told of its progress. */
export interface SessionFileOptions {
  readonly disk: Disk;
  readonly root: string;
  readonly path: string;
  readonly pool: SegmentPool;
  readonly durability: 'disk' | 'process';
  /** Null where recordings are not encrypted. */
  readonly envelope: Envelope | null;
  /** The text of its `.pgk`. */
  readonly wrappedKey: string | null;
  readonly wall: () => WallTime;
  readonly sid: string;
  /** Signs; null for a recording without signatures. */
  readonly notary: Notary | null;
  /** Records up to this number are as durable as the options ask. */
  readonly onSafe: (seq: number) => void;
  /** True to have the file put on the medium now, whatever its size. */
  readonly isWaitedFor: () => boolean;
  /** Segments wait for a place no longer. */
  readonly onPlace: () => void;
  readonly onFailure: (error: Error) => void;
}

/** One recording being written. */
export class SessionFile {
  readonly #options: SessionFileOptions;
  readonly #chain: Chain;
  readonly #waiting: SegmentBuffer[] = [];
  #inFlight = 0;
  readonly #header: Bytes;
  #isBegun = false;
  /** Packing, in order: each step adds its frames to the outbox. */
  #steps: Promise<void> = Promise.resolve();
  #outbox: Bytes[] = [];
  #outboxBytes = 0;
  /** Writing, while there is something to write. */
  #writing: Promise<void> | null = null;
  #file: DiskFile | null = null;
  #failed = false;
  #unsynced = 0;
  /** Last record of what is written, and how far the file is known to be on the medium. */
  #writtenSeq = -1;
  #writtenBytes = 0;
  #syncedBytes = 0;
  #syncFailed = false;
  /** The folders above name the file on the medium. */
  #named = false;
  /** Bytes of segments that wait for a place in the pool. */
  waitingBytes = 0;
  /** When the last seal was asked for, on the caller's monotonic clock. */
  sealedAtUs: number;
  /** A note is being made: one at a time. */
  #isSigning = false;

  constructor(options: SessionFileOptions, header: Bytes, nowUs: number) {
    this.#options = options;
    this.sealedAtUs = nowUs;
    this.#chain = new Chain(options.notary !== null);
    this.#header = header;
  }

  /**
   * Creates the file, once. Before anything else is asked of it, and not before the journal names
   * the session: what a crash leaves without a journal would look cut off for ever.
   */
  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#step(() => this.#create());
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** After a failed sync only what was synced before can be relied on, whatever reads back. */
  get trustedBytes(): number {
    return this.#syncFailed ? this.#syncedBytes : Number.POSITIVE_INFINITY;
  }

  /** Takes a segment that the journal has accepted whole. */
  seal(segment: SegmentBuffer, nowUs: number): void {
    this.sealedAtUs = nowUs;
    if (this.#failed) return;
    this.#waiting.push(segment);
    this.waitingBytes += segment.length;
    this.#pump();
  }

  /** Seals silence. */
  heartbeat(monoUs: number, nowUs: number): void {
    this.sealedAtUs = nowUs;
    this.#step(async () => this.#send([this.#chain.heartbeat(monoUs, this.#options.wall())]));
  }

  /** Has what is written since the last note signed. What is signed is durable before. */
  sign(): void {
    if (this.#options.notary === null || this.#isSigning || this.#chain.unsigned.length === 0) return;
    this.#isSigning = true;
    this.#step(() => this.#sign(this.#options.notary!, false)).finally(() => {
      this.#isSigning = false;
    });
  }

  /** Waits for all segments, writes index, footer, note and seek table; resolves when all is durable. */
  async finish(flags: number, map: Readonly<Record<string, unknown>>): Promise<void> {
    while (this.#inFlight > 0 && !this.#failed) await this.#steps;
    this.#step(async () => {
      this.#send(this.#chain.finish(this.#options.wall(), flags, map));
      if (this.#options.notary !== null) await this.#sign(this.#options.notary, true);
      if (!this.#failed) this.#send([this.#chain.table()]);
      await this.#onMedium();
    });
    await this.end();
  }

  /** Lets go of the file as it is. */
  async end(): Promise<void> {
    await this.#steps;
    await this.#writing;
    const file = this.#file;
    this.#file = null;
    try {
      await file?.close();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#inFlight < recordingLimits.segmentsPerSessionMax) {
      const segment = this.#waiting.shift()!;
      this.#inFlight++;
      const packed = this.#pack(segment);
      // The step below sees the failure; until it runs, nobody else does.
      packed.catch(() => undefined);
      this.#step(async () => {
        const result = await packed;
        this.#inFlight--;
        this.#seal(segment, result);
        this.#pump();
        if (this.#outboxBytes >= recordingLimits.outboxBytesMax) await this.#writing;
      });
    }
  }

  async #pack(segment: SegmentBuffer): Promise<SegmentResult> {
    await this.#options.pool.enter();
    if (!this.#failed) this.waitingBytes -= segment.length;
    const { envelope } = this.#options;
    const close = envelope === null ? null : { keys: envelope.keys, firstSeq: segment.firstSeq };
    const packed = this.#options.pool.pack(segment.bytes, segment.length, close);
    this.#options.onPlace();
    return packed;
  }

  #seal(segment: SegmentBuffer, packed: SegmentResult): void {
    if (packed.records !== segment.count) throw new Error('a segment has not the records that were written');
    const { firstSeq, monoFirstUs, monoLastUs, facts } = segment;
    const summary = { ...packed, firstSeq, monoFirstUs, monoLastUs, facts, rawBytes: segment.length };
    this.#send(this.#chain.seal(summary, this.#options.wall(), 0));
  }

  async #create(): Promise<void> {
    const header = this.#header;
    const { disk, path, root, wrappedKey } = this.#options;
    await disk.mkdir(dirname(path));
    if (wrappedKey !== null) await writeWrappedKey(disk, path, wrappedKey, root);
    this.#file = await disk.open(path, 'create');
    this.#chain.begin(header);
    this.#send([header]);
  }

  /** Takes frames that the chain has just counted; what gathers during a write is written at once. */
  #send(frames: readonly Bytes[]): void {
    for (const frame of frames) this.#outboxBytes += frame.length;
    this.#outbox.push(...frames);
    this.#writing ??= this.#write().catch((error) => this.#fail(error));
  }

  async #write(): Promise<void> {
    while (this.#outbox.length > 0 && !this.#failed) {
      const frames = this.#outbox;
      const bytes = this.#outboxBytes;
      const lastSeq = this.#chain.nextSeq - 1;
      this.#outbox = [];
      this.#outboxBytes = 0;
      await writeAll(this.#file!, frames, this.#chain.position - bytes);
      this.#unsynced += bytes;
      this.#writtenSeq = lastSeq;
      this.#writtenBytes += bytes;
      if (this.#unsynced >= recordingLimits.unsyncedBytesMax || this.#options.isWaitedFor())
        await this.#sync();
    }
    this.#writing = null;
  }

  async #sync(): Promise<void> {
    const [seq, bytes] = [this.#writtenSeq, this.#writtenBytes];
    if (this.#options.durability === 'disk') await this.#toMedium();
    this.#syncedBytes = bytes;
    this.#unsynced = 0;
    this.#options.onSafe(seq);
  }

  async #toMedium(): Promise<void> {
    try {
      await this.#file!.datasync();
      if (!this.#named) await syncFolders(this.#options.disk, this.#options.path, this.#options.root);
      this.#named = true;
    } catch (error) {
      this.#syncFailed = true;
      throw error;
    }
  }

  async #sign(notary: Notary, end: boolean): Promise<void> {
    await this.#onMedium();
    if (this.#failed || this.#chain.unsigned.length === 0) return;
    const note = await notary.sign(this.#options.sid, this.#chain.unsigned, end);
    this.#chain.note(note);
    this.#send([note]);
  }

  /** All that was sent is written and durable. */
  async #onMedium(): Promise<void> {
    await this.#writing;
    if (!this.#failed && this.#unsynced > 0) await this.#sync();
  }

  #step(step: () => Promise<void>): Promise<void> {
    const done = this.#steps.then(async () => {
      if (this.#failed) return;
      await step();
    });
    this.#steps = done.catch((error) => this.#fail(error));
    return this.#steps;
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#waiting.length = 0;
    this.waitingBytes = 0;
    this.#options.onFailure(error);
  }
}
