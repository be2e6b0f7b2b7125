/**
 * Opens a recording for reading. Each segment is checked against the chain, its hash and its
 * root before a record of it is decoded; memory stays bounded by one segment.
 */
import { type Bytes, NO_BYTES } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { ChainReader } from './chain-reader.ts';
import type { Broken, SegmentStep, Step } from './chain-step.ts';
import { type DiskFile, systemDisk } from './disk.ts';
import type { SessionKeys } from './envelope.ts';
import { FileWindow } from './file-window.ts';
import type { Footer } from './footer.ts';
import { frameAt } from './frame-walk.ts';
import { HEADER_FLAG, type Header } from './header.ts';
import { journaledStart } from './journal-scan.ts';
import { LiveRecording } from './live.ts';
import { LiveTail } from './live-tail.ts';
import { type Outline, outlineOf } from './outline.ts';
import { decodeMap } from './plain.ts';
import type { Identity } from './recipient.ts';
import { readRecordHead } from './record.ts';
import { quickContent, type SegmentContent, segmentContent } from './record-check.ts';
import type { Seal } from './seal.ts';
import { recordEnds } from './segment.ts';
import { placeOf, type SegmentPlace } from './segment-place.ts';
import { keysOf } from './wrapped-key.ts';
import { openZstd, type Zstd } from './zstd.ts';

/** What is read of a recording when it is opened: all of a small one, so that lists read each once. */
const FRONT_BYTES = 65_536;
/** What is read where only heads of frames are looked at. */
const HEAD_BYTES = 4096;

/** One record, decoded. */
export interface RecordRead {
  readonly seq: number;
  /** Microseconds since the session's start. */
  readonly dtUs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What there is besides records. */
export interface RecordingSummary {
  readonly seals: number;
  readonly segments: readonly SegmentPlace[];
  /** Null while the recording is open or cut off. */
  readonly footer: Footer | null;
  /** Where and how the walk ended before the recording did; null if it is whole. */
  readonly stopped: { readonly offset: number; readonly why: string } | null;
}

/** How to read what does not verify. */
export interface ReadOptions {
  /** Goes on behind damage instead of throwing; told of each place. */
  readonly onDamage?: (offset: number, why: string) => void;
  /** Records before this number are skipped, by whole segments where possible. */
  readonly fromSeq?: number;
  /** `quick` leaves out the records' own root: their frame's hash, which its seal names, is checked. */
  readonly depth?: 'quick' | 'full';
  /** Segments that this says no to are checked against the chain and not decoded. */
  readonly wants?: (seal: Seal) => boolean;
}

/**
 * Opens a recording. `identities` are recipients' keys, for encrypted ones: without them header
 * and seals can be read, and records throw `key-missing`. Throws `file-unreadable` or
 * `archive-damaged`.
 */
export async function openRecording(path: string, identities: readonly Identity[] = []): Promise<Recording> {
  let file: DiskFile;
  try {
    file = await systemDisk.open(path, 'read');
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read the recording: ${(error as Error).message}`);
  }
  try {
    const bytes = await file.size();
    const front = new FileWindow(file, bytes, FRONT_BYTES);
    const first = await new ChainReader(front).next();
    if (first.kind !== 'header')
      throw damaged(first.kind === 'broken' ? first : { from: 0, why: 'its header is cut off' });
    const { header } = first;
    return new Recording({ path, file, front, header, zstd: await openZstd(), identities });
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Opened {
  readonly path: string;
  readonly file: DiskFile;
  /** Through which its first bytes were read. */
  readonly front: FileWindow;
  readonly header: Header;
  readonly zstd: Zstd;
  readonly identities: readonly Identity[];
}

/** A recording open for reading. */
export class Recording {
  readonly path: string;
  readonly header: Header;
  /** Length of the file when it was opened; more while it is followed. */
  get bytes(): number {
    return this.#live?.bytes ?? this.#front.bytes;
  }

  readonly #front: FileWindow;
  #live: LiveRecording | null = null;
  readonly #file: DiskFile;
  readonly #zstd: Zstd;
  readonly #identities: readonly Identity[];
  #keys: Promise<SessionKeys | null> | null = null;

  constructor({ path, file, front, header, zstd, identities }: Opened) {
    this.path = path;
    this.#identities = identities;
    this.#file = file;
    this.#front = front;
    this.header = header;
    this.#zstd = zstd;
  }

  /** Its records are encrypted. */
  get isEncrypted(): boolean {
    return (this.header.flags & HEADER_FLAG.encrypted) !== 0;
  }

  /** The session's keys; null for a plain recording. Throws `key-missing`. */
  keys(): Promise<SessionKeys | null> {
    const { path, header } = this;
    this.#keys ??= this.isEncrypted ? keysOf(path, header, this.#identities) : Promise.resolve(null);
    return this.#keys;
  }

  /** What it is about, without a check: quick, for lists. */
  outline(): Promise<Outline> {
    return outlineOf(
      this.bytes <= FRONT_BYTES ? this.#front : new FileWindow(this.#file, this.bytes, HEAD_BYTES),
    );
  }

  /** The map of `s.open`, of a session that has just begun from the journal; null if neither holds it. */
  async opening(): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      for await (const raw of this.#walk(this.#front, { depth: 'quick' }))
        for (const { type, data, seq } of decodeRecords(raw)) {
          if (type === 's.open') return data;
          if (seq > 1) return null;
        }
      const start = await journaledStart(this.path, this.header.sid);
      for (const { type, data } of decodeRecords(start ?? NO_BYTES)) if (type === 's.open') return data;
      return null;
    } catch {
      return null;
    }
  }

  /**
   * Walks all frames without decoding any: what the seals tell. With `onDamage` it goes on
   * behind damage, as `records` does; `segment` refuses those that do not hold.
   */
  async summary(options: Pick<ReadOptions, 'onDamage'> = {}): Promise<RecordingSummary> {
    if (options.onDamage !== undefined) return this.#wholeSummary(options);
    const reader = new ChainReader(new FileWindow(this.#file, this.bytes));
    const segments: SegmentPlace[] = [];
    let footer: Footer | null = null;
    for (;;) {
      const step = await reader.next();
      if ('linked' in step && !step.linked) {
        const stopped = { offset: step.from, why: 'a link does not hold' };
        return { seals: reader.segments, segments, footer, stopped };
      }
      if (step.kind === 'segment') segments.push(placeOf(step));
      else if (step.kind === 'footer') footer = ownedFooter(step.footer);
      else if (step.kind === 'complete') return { seals: reader.segments, segments, footer, stopped: null };
      else if (step.kind === 'incomplete' || step.kind === 'broken') {
        const why = step.kind === 'broken' ? step.why : 'the recording ends here';
        return { seals: reader.segments, segments, footer, stopped: { offset: step.from, why } };
      }
    }
  }

  async #wholeSummary(options: ReadOptions): Promise<RecordingSummary> {
    const reader = new ChainReader(new FileWindow(this.#file, this.bytes));
    const segments: SegmentPlace[] = [];
    let footer: Footer | null = null;
    for (;;) {
      const step = await this.#next(reader, options);
      if (step === null) return { seals: reader.segments, segments, footer, stopped: null };
      if (step.kind === 'segment') segments.push(placeOf(step));
      else if (step.kind === 'footer') footer = ownedFooter(step.footer);
    }
  }

  /** All records in order. Throws `archive-damaged` at the first segment that does not verify. */
  async *records(options: ReadOptions = {}): AsyncGenerator<RecordRead> {
    for await (const raw of this.contents(options)) yield* decodeRecords(raw, options.fromSeq ?? 0);
  }

  /** The content of each segment: records in plain msgpack. Throws as `records` does. */
  contents(options: ReadOptions = {}): AsyncGenerator<Bytes> {
    return this.#walk(new FileWindow(this.#file, this.bytes), options);
  }

  async *#walk(window: FileWindow, options: ReadOptions): AsyncGenerator<Bytes> {
    const reader = new ChainReader(window);
    const keys = await this.keys();
    for (;;) {
      const step = await this.#next(reader, options);
      if (step === null) return;
      if (step.kind !== 'segment') continue;
      const { seal } = step;
      if (seal.firstSeq + seal.records <= (options.fromSeq ?? 0)) continue;
      if (step.fault === null && options.wants?.(seal) === false) continue;
      const isQuick = options.depth === 'quick';
      const content = step.fault === null ? this.#content(step, keys, isQuick) : { fault: step.fault };
      if (content.fault === null) yield content.raw;
      else if (options.onDamage === undefined) throw damaged({ from: step.from, why: content.fault });
      else options.onDamage(step.from, content.fault);
    }
  }

  #content(step: SegmentStep, keys: SessionKeys | null, isQuick: boolean): SegmentContent {
    const { frame, seal, redaction } = step;
    if (isQuick && redaction === null) return quickContent(this.#zstd, frame, seal, keys);
    return segmentContent(this.#zstd, frame, seal, keys, redaction);
  }

  /** The records of one segment, wherever it lies: random access behind `summary`. */
  async segment(place: SegmentPlace): Promise<readonly RecordRead[]> {
    const window = new FileWindow(this.#file, this.bytes);
    const frame = await frameAt(window, place.from);
    if (frame.found !== 'frame' || frame.to - frame.from !== place.bytes)
      throw damaged({ from: place.from, why: 'the segment is not there' });
    const bytes = await window.view(place.from, place.bytes);
    const content = segmentContent(this.#zstd, bytes, place.seal, await this.keys(), place.redaction);
    if (content.fault !== null) throw damaged({ from: place.from, why: content.fault });
    return [...decodeRecords(content.raw)];
  }

  /** Goes with a session that is being recorded; one for each `Recording`. Throws `key-missing`. */
  async follow(): Promise<LiveRecording> {
    const tail = new LiveTail(this.path, this.header.sid, await this.keys());
    this.#live = new LiveRecording(this.#file, tail, decodeRecords);
    return this.#live;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** The next step that holds; null at the end. */
  async #next(reader: ChainReader, options: ReadOptions): Promise<Step | null> {
    const step = await reader.next();
    if (step.kind === 'complete' || step.kind === 'incomplete') return null;
    const unlinked = 'linked' in step && !step.linked;
    if (step.kind !== 'broken' && !unlinked) return step;
    const why = step.kind === 'broken' ? step.why : 'a link does not hold';
    if (options.onDamage === undefined) throw damaged({ from: step.from, why });
    options.onDamage(step.from, why);
    return step.kind === 'broken' ? reader.resume(step.from) : step;
  }
}

/** The records in a segment's content, or in what `zstd -d` gives. Throws `archive-damaged`. */
export function* decodeRecords(raw: Bytes, fromSeq = 0): Generator<RecordRead> {
  const ends = recordEnds(raw);
  for (let i = 0, from = 0; i < ends.length; from = ends[i++]!) {
    const head = readRecordHead(raw, from, ends[i]!);
    if (head === null) throw damaged({ from, why: 'a record is malformed' });
    if (head.seq < fromSeq) continue;
    const data = decodeMap(raw.subarray(head.bodyFrom, head.to));
    if (data === null) throw damaged({ from, why: 'a record does not decode' });
    yield { seq: head.seq, dtUs: head.dtUs, type: head.type, data };
  }
}

function ownedFooter(footer: Footer): Footer {
  return { ...footer, head: Uint8Array.from(footer.head) };
}

function damaged(at: Pick<Broken, 'from' | 'why'>): PangateError {
  return new PangateError(
    'archive-damaged',
    `the recording does not hold at byte ${at.from}: ${at.why}`,
    'Run pangate replay verify on it.',
  );
}
