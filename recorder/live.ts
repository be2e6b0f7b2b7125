/**
 * A recording that grows under its reader: what is sealed, each frame checked against the chain
 * as it comes, and behind it what the journal holds already. Only what checks is told.
 */
import type { Bytes } from '../base/bytes.ts';
import { ChainReader } from './chain-reader.ts';
import type { DiskFile } from './disk.ts';
import { FileWindow } from './file-window.ts';
import type { LiveTail } from './live-tail.ts';
import type { Recording, RecordRead } from './reader.ts';
import { placeOf, type SegmentPlace } from './segment-place.ts';

/** `gone`: its recorder is, and the next start will complete it. `damaged`: nothing behind can be trusted. */
export type LiveState = 'open' | 'complete' | 'gone' | 'damaged';

/** How records are decoded; given, so that this file needs no reader of its own. */
type Decode = (raw: Bytes, fromSeq: number) => Iterable<RecordRead>;

/** One session that is followed. */
export class LiveRecording {
  /** Segments that are sealed, in order. */
  readonly places: SegmentPlace[] = [];
  /** Records behind the last seal; with seeds among them. */
  tail: readonly RecordRead[] = [];
  state: LiveState = 'open';
  readonly #file: DiskFile;
  readonly #window: FileWindow;
  readonly #reader: ChainReader;
  readonly #tail: LiveTail;
  readonly #decode: Decode;
  #looks = 0;

  constructor(file: DiskFile, tail: LiveTail, decode: Decode) {
    this.#file = file;
    this.#window = new FileWindow(file, 0);
    this.#reader = new ChainReader(this.#window);
    this.#tail = tail;
    this.#decode = decode;
  }

  /** Length of the file at the last look. */
  get bytes(): number {
    return this.#window.bytes;
  }

  /** Number of the first record that is not here yet. */
  get nextSeq(): number {
    return (this.tail.at(-1)?.seq ?? this.#sealedTo - 1) + 1;
  }

  /**
   * Looks for more; true if there is some, or if the session has ended. The journal comes first: what
   * it has let go of is in the file by then.
   */
  async look(): Promise<boolean> {
    if (this.state !== 'open') return false;
    const before = this.nextSeq;
    // Asked before: what its recorder has written until then is found by this look.
    const isRecorded = this.#looks++ === 0 || (await this.#tail.isRecorded());
    await this.#tail.look();
    await this.#seals();
    this.tail = this.state === 'open' ? this.#behind() : [];
    if (this.state === 'open' && !isRecorded) this.state = 'gone';
    return this.nextSeq > before || this.state !== 'open';
  }

  get #sealedTo(): number {
    const last = this.places.at(-1)?.seal;
    return last === undefined ? 0 : last.firstSeq + last.records;
  }

  #behind(): RecordRead[] {
    const records: RecordRead[] = [];
    for (const { bytes } of this.#tail.from(this.#sealedTo))
      records.push(...this.#decode(bytes, this.#sealedTo + records.length));
    return records;
  }

  async #seals(): Promise<void> {
    this.#window.bytes = await this.#file.size();
    for (;;) {
      const step = await this.#reader.next();
      if (step.kind === 'incomplete') return;
      if (step.kind === 'broken' || ('linked' in step && !step.linked)) this.state = 'damaged';
      else if (step.kind === 'complete') this.state = 'complete';
      else if (step.kind === 'segment') this.places.push(placeOf(step));
      if (this.state !== 'open') return;
    }
  }
}

/** How often who follows a session looks for more. */
export const FOLLOW_MS = 200;

/** All records of a session, and those that come until it ends. */
export async function* followRecords(recording: Recording): AsyncGenerator<RecordRead> {
  const live = await recording.follow();
  for (let next = 0, index = 0; ; ) {
    await live.look();
    for (; index < live.places.length; index++) {
      const place = live.places[index]!;
      if (place.seal.firstSeq + place.seal.records <= next) continue;
      for (const record of await recording.segment(place)) {
        if (record.seq < next) continue;
        next = record.seq + 1;
        yield record;
      }
    }
    for (const record of live.tail) {
      if (record.seq < next) continue;
      next = record.seq + 1;
      yield record;
    }
    if (live.state !== 'open') return;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
  }
}
