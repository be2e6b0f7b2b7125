/** What ends a complete recording: index (I), footer (F) and seek table (T); docs/formats/pgr-v1.md. */
import type { Bytes } from '../base/bytes.ts';
import { equal } from '../base/bytes.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from './frame.ts';
import { sha256 } from './hash.ts';
import { decodeMap } from './plain.ts';
import { encodeValue } from './record.ts';

const VERSION = 1;
/** Bits of a footer's flags. */
export const FOOTER_FLAG = { recovered: 1 } as const;
const FLAGS_KNOWN = 1;
const INDEX_PRELUDE_BYTES = 40;
const FOOTER_PRELUDE_BYTES = 88;
const DIGEST_BYTES = 32;

/** The index frame: `prev` chains it to the last seal. */
export function encodeIndex(prev: Bytes, map: Readonly<Record<string, unknown>>): Bytes {
  const encoded = encodeValue(map);
  const fields = new FieldWriter(INDEX_PRELUDE_BYTES + encoded.length);
  fields.ascii('PGI1').uint8(VERSION).uint8(0).uint16(0).bytes(prev).bytes(encoded);
  return skippableFrame(MAGIC.index, fields.body);
}

/** An index frame read back; `prev` is a view. */
export interface RecordIndex {
  readonly prev: Bytes;
  readonly map: Readonly<Record<string, unknown>>;
}

/** Null if the body is not an index of this version in its one form. */
export function decodeIndex(body: Bytes): RecordIndex | null {
  const fields = new FieldReader(body);
  if (fields.ascii(4) !== 'PGI1' || fields.uint8() !== VERSION) return null;
  if (fields.uint8() !== 0 || fields.uint16() !== 0) return null;
  const prev = fields.bytes(DIGEST_BYTES);
  const map = fields.bad ? null : decodeMap(body.subarray(INDEX_PRELUDE_BYTES));
  return map === null ? null : { prev, map };
}

/** What a footer says of the whole recording. */
export interface Footer {
  readonly flags: number;
  readonly seals: number;
  readonly records: number;
  readonly rawBytes: number;
  readonly frameBytes: number;
  readonly monoLastUs: number;
  readonly wallUs: number;
  readonly wallErrorUs: number;
  /** SHA-256 of the index frame: the final head of the chain. */
  readonly head: Bytes;
  /** `why`, ... */
  readonly map: Readonly<Record<string, unknown>>;
}

/** The whole frame, owned; its last 32 bytes are the SHA-256 of all before them. */
export function encodeFooter(footer: Footer): Bytes {
  const map = encodeValue(footer.map);
  const fields = new FieldWriter(FOOTER_PRELUDE_BYTES + map.length + DIGEST_BYTES);
  fields.ascii('PGF1').uint8(VERSION).uint8(footer.flags).uint16(0).uint32(footer.seals);
  fields.int64(footer.records).int64(footer.rawBytes).int64(footer.frameBytes);
  fields.int64(footer.monoLastUs).int64(footer.wallUs).uint32(footer.wallErrorUs);
  fields.bytes(footer.head).bytes(map);
  const frame = skippableFrame(MAGIC.footer, fields.body);
  frame.set(digestOf(frame), frame.length - DIGEST_BYTES);
  return frame;
}

/** Null unless the frame is a footer of this version in its one form and its digest holds. */
export function decodeFooter(frame: Bytes): Footer | null {
  if (frame.length < FRAME_HEAD_BYTES + FOOTER_PRELUDE_BYTES + DIGEST_BYTES) return null;
  if (!equal(frame.subarray(frame.length - DIGEST_BYTES), digestOf(frame))) return null;
  const body = frame.subarray(FRAME_HEAD_BYTES, frame.length - DIGEST_BYTES);
  const fields = new FieldReader(body);
  if (fields.ascii(4) !== 'PGF1' || fields.uint8() !== VERSION) return null;
  const flags = fields.uint8();
  if (fields.uint16() !== 0 || (flags & ~FLAGS_KNOWN) !== 0) return null;
  const counts = readCounts(fields);
  const map = fields.bad ? null : decodeMap(body.subarray(FOOTER_PRELUDE_BYTES));
  return map === null ? null : { flags, ...counts, map };
}

function readCounts(fields: FieldReader): Omit<Footer, 'flags' | 'map'> {
  return {
    seals: fields.uint32(),
    records: fields.uint64(),
    rawBytes: fields.uint64(),
    frameBytes: fields.uint64(),
    monoLastUs: fields.uint64(),
    wallUs: fields.int64(),
    wallErrorUs: fields.uint32(),
    head: fields.bytes(DIGEST_BYTES),
  };
}

function digestOf(frame: Bytes): Bytes {
  return sha256(frame.subarray(0, frame.length - DIGEST_BYTES));
}

const SEEK_MAGIC = 0x8f92eab1;
const SEEK_FOOTER_BYTES = 9;

/** Lengths of the frames of a file in order, as the seek table lists them. */
export class FrameSizes {
  #pairs: Uint32Array = new Uint32Array(64);
  count = 0;

  /** Stored length, and length of the content (0 for a skippable frame). */
  add(storedBytes: number, contentBytes: number): void {
    if (this.count * 2 === this.#pairs.length) {
      const longer = new Uint32Array(this.#pairs.length * 2);
      longer.set(this.#pairs);
      this.#pairs = longer;
    }
    this.#pairs[this.count * 2] = storedBytes;
    this.#pairs[this.count * 2 + 1] = contentBytes;
    this.count++;
  }

  /** The same list, to go on with by itself. */
  copy(): FrameSizes {
    const copy = new FrameSizes();
    copy.#pairs = this.#pairs.slice();
    copy.count = this.count;
    return copy;
  }

  /** The seek table (zstd seekable format 0.1.0, without checksums) of the frames so far. */
  encode(): Bytes {
    const bytes = this.count * 8;
    const fields = new FieldWriter(bytes + SEEK_FOOTER_BYTES);
    for (let i = 0; i < this.count * 2; i++) fields.uint32(this.#pairs[i]!);
    fields.uint32(this.count).uint8(0).uint32(SEEK_MAGIC);
    return skippableFrame(MAGIC.seekTable, fields.body);
  }
}
