/**
 * The recorder of one session: encodes records into the current segment, gives them to the
 * journal, and full segments to the file. Synchronous up to there; what takes time is the
 * journal's and the file's.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { PangateError } from '../base/errors.ts';
import type { Entry, Facts, Recorder } from '../base/recording.ts';
import { FACT } from '../base/recording.ts';
import { diskFull } from './disk-space.ts';
import { type Envelope, sealSlice } from './envelope.ts';
import type { Journal } from './journal.ts';
import type { JournalSource } from './journal-batch.ts';
import type { JournaledKey, RecordSlice } from './journal-frame.ts';
import { recordingLimits } from './limits.ts';
import { SEED_BYTES } from './merkle.ts';
import { encodeBody } from './record.ts';
import { encodeSeedBody, SEED_TYPE } from './segment.ts';
import { type RecordPlace, SegmentBuffer } from './segment-buffer.ts';
import type { SegmentPool } from './segment-pool.ts';
import type { SessionFile } from './session-file.ts';

/** What a recorder is made of. */
export interface SessionOptions {
  readonly sid: string;
  readonly header: Uint8Array;
  readonly mode: 'strict' | 'best-effort';
  readonly clock: Clock;
  readonly startedUs: number;
  /** Null where recordings are not encrypted. */
  readonly envelope: Envelope | null;
  readonly journaledKey: JournaledKey | null;
  readonly segmentBytesMax: number;
  readonly journal: Journal;
  readonly pool: SegmentPool;
  readonly file: (session: SessionRecorder) => SessionFile;
  readonly onAlert: (error: Error) => void;
  /** The disk is full: true if there is room again for a last word. */
  readonly relieve: (error: Error) => boolean;
  /** The recording could not be completed in place: writes it from the journal. False if that fails too. */
  readonly repair: (session: SessionRecorder) => Promise<boolean>;
  /** The recording is complete and durable; its journal waits for this. */
  readonly onComplete: (sid: string) => Promise<void>;
  readonly onEnd: (session: SessionRecorder) => void;
}

interface Loss {
  events: number;
  bytes: number;
}

/** One session, between its protocol on one side and journal and file on the other. */
export class SessionRecorder implements Recorder, JournalSource {
  readonly sid: string;
  readonly header: Uint8Array;
  accepted = -1;
  written = -1;
  failure: Error | null = null;
  onProgress: (() => void) | null = null;
  readonly #options: SessionOptions;
  readonly #file: SessionFile;
  /** Segments that are not wholly accepted, oldest first; the last one may be open. */
  readonly #segments: SegmentBuffer[] = [];
  #open: SegmentBuffer | null = null;
  #openedAtUs = 0;
  /** The last segment was closed by its size. */
  #isBusy = false;
  #nextSeq = 0;
  #dtUs = 0;
  #unacceptedBytes = 0;
  #ended = false;
  #closing: Promise<void> | null = null;
  /** Over for its user, with room left to record that. */
  #isStopped = false;
  /** Nothing more is recorded. */
  #isBroken = false;
  #loss: Loss | null = null;
  /** The last record when the trouble began that was told; null without trouble. */
  #troubleSeq: number | null = null;
  #onSettled: (() => void) | null = null;

  constructor(options: SessionOptions) {
    this.sid = options.sid;
    this.header = options.header;
    this.#options = options;
    this.#file = options.file(this);
    options.journal.register(this);
  }

  /** How far its file can be relied on after a failure. */
  get trustedBytes(): number {
    return this.#file.trustedBytes;
  }

  get pendingBytes(): number {
    return this.#unacceptedBytes + this.#file.waitingBytes;
  }

  /** A record that was not taken gets a number that is never accepted. */
  write(entry: Entry): number {
    if (this.failure !== null || this.#ended) return this.#nextSeq;
    try {
      if (this.#isFull()) throw new PangateError('record-failed', 'the journal does not keep up');
      if (this.#loss !== null) this.#tellLoss(this.#loss);
      return this.#record(entry);
    } catch (error) {
      if (this.#options.mode === 'strict') this.fail(error as Error);
      else this.#lose(entry, error as Error);
      return this.#nextSeq;
    }
  }

  hasten(): void {
    this.#options.journal.hasten(this);
  }

  /** Asked again, it waits for the same end. */
  close(why: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#closing ??= this.#complete(why, data);
    return this.#closing;
  }

  async #complete(why: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    this.#sayWhy(this.#isStopped ? 'disk-full' : why, data);
    this.#ended = true;
    this.#cut();
    this.hasten();
    await this.#settled();
    if (!this.#isBroken) await this.#file.finish(0, { why: this.#isStopped ? 'disk-full' : why });
    else await this.#file.end();
    const complete = !this.#isBroken && !this.#file.failed;
    if ((complete || (await this.#options.repair(this))) && (await this.#isNoted()))
      this.#options.journal.complete(this);
    else this.#options.journal.abandon(this);
    this.#options.onEnd(this);
  }

  /** False if its completion could not be noted: the next start then does. */
  async #isNoted(): Promise<boolean> {
    try {
      await this.#options.onComplete(this.sid);
      return true;
    } catch (error) {
      this.#alert(error as Error);
      return false;
    }
  }

  /** Called about once a second: closes a segment by its age, seals silence. */
  tick(nowUs: number, ageUsMax: number): void {
    if (this.failure !== null || this.#ended) return;
    if (this.#open !== null) {
      if (nowUs - this.#openedAtUs >= ageUsMax) this.#cut();
    } else if (this.#segments.length === 0 && nowUs - this.#file.sealedAtUs >= ageUsMax) {
      this.#file.heartbeat(this.#elapsedUs(), nowUs);
    }
  }

  take(): RecordSlice | null {
    for (const segment of this.#segments) {
      const slice = segment.take();
      if (slice !== null) return this.#closed(slice);
    }
    return null;
  }

  get envelope(): Envelope | null {
    return this.#options.envelope;
  }

  get journaledKey(): JournaledKey | null {
    return this.#options.journaledKey;
  }

  /** Encrypted, where recordings are: the journal sees no record. */
  #closed(slice: RecordSlice): RecordSlice {
    const { envelope } = this.#options;
    if (envelope === null) return slice;
    return { ...slice, bytes: sealSlice(envelope.keys, slice.bytes, slice.firstSeq), sealed: true };
  }

  wrote(seq: number): void {
    this.written = seq;
    this.progress();
  }

  settled(seq: number): void {
    this.#file.begin();
    for (const segment of this.#segments) this.#unacceptedBytes -= segment.accept(seq);
    this.accepted = seq;
    this.written = Math.max(this.written, seq);
    if (this.#troubleSeq !== null && seq >= this.#troubleSeq) this.#troubleSeq = null;
    this.#handOver();
    this.progress();
  }

  refused(error: Error): boolean {
    for (const segment of this.#segments) segment.refuse();
    if (!this.#isStopped && this.#options.relieve(error)) return this.#stop(error);
    if (this.#options.mode === 'strict' || this.#ended) {
      this.fail(error);
      return false;
    }
    this.#alert(error);
    return true;
  }

  /** The file does not go on; in best-effort mode the journal holds the rest. */
  fileFailed(error: Error): void {
    if (this.#isStopped || this.#options.relieve(error)) this.#stop(error);
    else if (this.#options.mode === 'strict') this.fail(error);
    else this.#alert(error);
  }

  /** Ends a strict session for its user; what it has recorded, and why it ends, is still written. */
  #stop(error: Error): true {
    this.#alert(error);
    if (this.#options.mode === 'strict' && this.failure === null) {
      this.#isStopped = true;
      this.failure = diskFull();
      this.progress();
    }
    return true;
  }

  #sayWhy(why: string, data: Readonly<Record<string, unknown>>): void {
    if (!this.#isStopped) this.write({ type: 's.close', data: { why, ...data } });
    else if (!this.#isBroken) this.#record({ type: 's.close', data: { why, ...data } });
  }

  /** The first failure stays. */
  fail(error: Error): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const remedy = 'Check the free space and the rights of the recordings directory.';
    this.failure ??= new PangateError(
      'record-failed',
      `the session cannot be recorded: ${error.message}`,
      remedy,
    );
    this.#alert(error);
    this.#segments.length = 0;
    this.#open = null;
    this.#unacceptedBytes = 0;
    this.progress();
  }

  /** Tells the listener; what it throws is its own affair and not the journal's. */
  progress(): void {
    if (this.#segments.length === 0) this.#onSettled?.();
    try {
      this.onProgress?.();
    } catch (error) {
      this.#options.onAlert(error as Error);
    }
  }

  #record(entry: Entry): number {
    const segment = this.#open ?? this.#begin();
    const seq = this.#nextSeq;
    const before = segment.length;
    const place = { seq, dtUs: this.#elapsedUs(), type: entry.type };
    const isDone = entry.tail === undefined && segment.appendPlain(place, entry.data, entry.facts);
    if (!isDone) appendEncoded(segment, place, entry);
    this.#nextSeq++;
    this.#unacceptedBytes += segment.length - before;
    if (segment.length >= this.#options.segmentBytesMax) this.#cut();
    this.#options.journal.dirty(this);
    return seq;
  }

  /** A new segment with its seed record. */
  #begin(): SegmentBuffer {
    const { pool, clock } = this.#options;
    const segment = new SegmentBuffer(this.#nextSeq, () => pool.spare(), this.#isBusy);
    const body = encodeSeedBody(randomBytes(SEED_BYTES));
    const dtUs = this.#elapsedUs();
    segment.append(
      { seq: this.#nextSeq++, dtUs, type: SEED_TYPE, body, tailName: '', tail: null },
      undefined,
    );
    this.#unacceptedBytes += segment.length;
    this.#openedAtUs = clock.monotonicUs();
    this.#segments.push(segment);
    this.#open = segment;
    return segment;
  }

  /** Closes the open segment. */
  #cut(): void {
    this.#isBusy = this.#open !== null && this.#open.length >= this.#options.segmentBytesMax;
    this.#open = null;
    this.#handOver();
  }

  /** Closed segments that are wholly accepted go to the file. */
  #handOver(): void {
    for (;;) {
      const segment = this.#segments[0];
      if (segment === undefined || segment === this.#open || segment.acceptedBytes < segment.length) return;
      this.#segments.shift();
      this.#file.seal(segment, this.#options.clock.monotonicUs());
    }
  }

  #settled(): Promise<void> {
    if (this.#segments.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSettled = resolve;
    });
  }

  #isFull(): boolean {
    return this.#options.mode === 'best-effort' && this.#unacceptedBytes > recordingLimits.waitingBytesMax;
  }

  #lose(entry: Entry, error: Error): void {
    this.#loss ??= { events: 0, bytes: 0 };
    this.#loss.events++;
    this.#loss.bytes += entry.tail?.msgpack.length ?? 0;
    this.#alert(error);
  }

  /** What was lost stands in the recording, in front of what comes next. */
  #tellLoss(loss: Loss): void {
    const facts: Facts = { kinds: FACT.gap };
    this.#loss = null;
    this.#record({ type: 'gap', data: { why: 'record-failed', ...loss }, facts });
  }

  /** One alert for one time of trouble. */
  #alert(error: Error): void {
    if (this.#troubleSeq !== null) return;
    this.#troubleSeq = this.#nextSeq - 1;
    this.#options.onAlert(error);
  }

  #elapsedUs(): number {
    this.#dtUs = Math.max(this.#dtUs, this.#options.clock.monotonicUs() - this.#options.startedUs);
    return this.#dtUs;
  }
}

function appendEncoded(segment: SegmentBuffer, place: RecordPlace, { data, tail, facts }: Entry): void {
  const body = encodeBody(data);
  if (body.length + (tail?.msgpack.length ?? 0) > recordingLimits.recordBytesMax)
    throw new PangateError('limit-exceeded', 'a record is larger than recordBytesMax');
  const { seq, dtUs, type } = place;
  segment.append({ seq, dtUs, type, body, tailName: tail?.name ?? '', tail: tail?.msgpack ?? null }, facts);
}
