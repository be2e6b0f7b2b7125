/** The records of one segment before it is compressed: encoded back to back in one buffer. */
import type { Bytes } from '../base/bytes.ts';
import type { Facts } from '../base/recording.ts';
import { FactSum } from './facts.ts';
import type { RecordSlice } from './journal-frame.ts';
import { recordingLimits } from './limits.ts';
import { plainRecordBound, recordBytesBound, writePlainRecord, writeRecord } from './record.ts';

const FIRST_BYTES = 4096;
/** A full segment with the overshoot of an ordinary last record. */
export const FULL_BYTES: number = recordingLimits.segmentBytesMax + 65_536;

/** What the journal has taken at once: where it ends, and what it adds to the seal. */
interface Slice {
  readonly bytes: number;
  readonly count: number;
  readonly facts: FactSum;
}

/** Appends records; grows up to its limit by doubling, so that an idle session stays small. */
export class SegmentBuffer {
  /** Sequence number of the first record. */
  readonly firstSeq: number;
  bytes: Bytes;
  length = 0;
  count = 0;
  /** dt_us of the first and the last record. */
  monoFirstUs = 0;
  monoLastUs = 0;
  /** Sums of the whole segment. */
  readonly facts: FactSum = new FactSum();
  /** Offset and record count up to which the journal has been given, and has accepted, the bytes. */
  takenBytes = 0;
  takenCount = 0;
  acceptedBytes = 0;
  acceptedCount = 0;
  /** Facts of the records after `takenBytes`, and of the slices before. */
  #fresh: FactSum = new FactSum();
  readonly #taken: Slice[] = [];
  readonly #spare: () => Bytes | null;

  /** `spare` may give a used buffer of `FULL_BYTES`; `isBusy` if the segment will be a full one. */
  constructor(firstSeq: number, spare: () => Bytes | null, isBusy = false) {
    this.firstSeq = firstSeq;
    this.#spare = spare;
    this.bytes = isBusy ? this.#larger(FULL_BYTES) : new Uint8Array(FIRST_BYTES);
  }

  /** Appends one record: `body` is the msgpack map that `tail` is put into. */
  append(record: EncodedRecord, facts: Facts | undefined): void {
    this.#reserve(recordBytesBound(record));
    this.#appended(writeRecord(this.bytes, this.length, record), record.dtUs, facts);
  }

  /** Appends a record from its data; false, and nothing appended, for data that needs the general encoder. */
  appendPlain(head: RecordPlace, data: Readonly<Record<string, unknown>>, facts: Facts | undefined): boolean {
    const bound = plainRecordBound(head.type, data);
    if (bound < 0) return false;
    this.#reserve(bound);
    const end = writePlainRecord(this.bytes, this.length, head, data);
    if (end >= 0) this.#appended(end, head.dtUs, facts);
    return end >= 0;
  }

  #appended(length: number, dtUs: number, facts: Facts | undefined): void {
    this.length = length;
    if (this.count === 0) this.monoFirstUs = dtUs;
    this.monoLastUs = dtUs;
    this.count++;
    if (facts === undefined) return;
    this.facts.add(facts);
    this.#fresh.add(facts);
  }

  /** The records that were not taken yet, as one slice; null if there are none. */
  take(): RecordSlice | null {
    if (this.takenBytes === this.length) return null;
    const slice: RecordSlice = {
      bytes: this.bytes.subarray(this.takenBytes, this.length),
      firstSeq: this.firstSeq + this.takenCount,
      count: this.count - this.takenCount,
      facts: this.#fresh,
    };
    this.takenBytes = this.length;
    this.takenCount = this.count;
    this.#taken.push({ bytes: this.length, count: this.count, facts: this.#fresh });
    this.#fresh = new FactSum();
    return slice;
  }

  /** What was taken up to record `seq` is accepted; the number of bytes that this adds. */
  accept(seq: number): number {
    const before = this.acceptedBytes;
    while (this.#taken.length > 0 && this.firstSeq + this.#taken[0]!.count - 1 <= seq) {
      const { bytes, count } = this.#taken.shift()!;
      this.acceptedBytes = bytes;
      this.acceptedCount = count;
    }
    return this.acceptedBytes - before;
  }

  /** What was taken and not accepted is to be taken again. */
  refuse(): void {
    this.takenBytes = this.acceptedBytes;
    this.takenCount = this.acceptedCount;
    for (const { facts } of this.#taken.splice(0)) this.#fresh.add(facts);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = this.#larger(needed);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  #larger(needed: number): Bytes {
    if (needed > FULL_BYTES) return new Uint8Array(needed * 2);
    const size = needed < FULL_BYTES / 4 ? needed * 4 : FULL_BYTES;
    if (size < FULL_BYTES) return new Uint8Array(size);
    return this.#spare() ?? new Uint8Array(FULL_BYTES);
  }
}

/** Where a record stands, and what it is. */
export interface RecordPlace {
  readonly seq: number;
  readonly dtUs: number;
  readonly type: string;
}

/** A record's parts, ready to be put together. Views are copied by `append`. */
export interface EncodedRecord extends RecordPlace {
  readonly body: Bytes;
  readonly tailName: string;
  readonly tail: Bytes | null;
}
