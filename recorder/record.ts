/**
 * One record, `[seq, dt_us, type, {...}]` in plain msgpack: docs/formats/pgr-v1.md, "Records".
 * The outer array is written here, the map by msgpackr, and a tail that the caller has already
 * encoded is copied behind it as one more entry of the map.
 */
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from 'msgpackr';
import type { Bytes } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import { plainMapBound, writePlainMap } from './plain-map.ts';
import type { EncodedRecord } from './segment-buffer.ts';
import { valueEnd } from './value.ts';

const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true });
const NAMES_MAX = 256;
const names = new Map<string, Bytes>();

/** The map of a record in msgpack: a view that is valid until the next call of msgpackr. */
export function encodeBody(data: Readonly<Record<string, unknown>>): Bytes {
  const target = packr.encode(data, REUSE_BUFFER_MODE | RESET_BUFFER_MODE);
  const { start, end } = target as unknown as { start: number; end: number };
  return target.subarray(start, end);
}

/** An owned encoding of any plain value, for headers, indexes and footers. */
export function encodeValue(value: unknown): Bytes {
  return Uint8Array.from(packr.encode(value));
}

/** No fewer bytes than `writeRecord` will write. */
export function recordBytesBound(record: EncodedRecord): number {
  const tail = record.tail === null ? 0 : nameOf(record.tailName).length + record.tail.length + 3;
  return 1 + 9 + 9 + nameOf(record.type).length + record.body.length + tail;
}

/** Writes a record at `at`, where there is room for it; returns the offset after it. */
export function writeRecord(target: Bytes, at: number, record: EncodedRecord): number {
  target[at] = 0x94;
  let end = writeUint(target, at + 1, record.seq);
  end = writeUint(target, end, record.dtUs);
  const type = nameOf(record.type);
  target.set(type, end);
  end += type.length;
  if (record.tail !== null) return writeWithTail(target, end, record, record.tail);
  target.set(record.body, end);
  return end + record.body.length;
}

/** No fewer bytes than `writePlainRecord` will write; -1 for a record that it does not write. */
export function plainRecordBound(type: string, data: Readonly<Record<string, unknown>>): number {
  const bound = plainMapBound(data);
  return bound < 0 ? -1 : 1 + 9 + 9 + nameOf(type).length + bound;
}

/** As `writeRecord`, from the data itself; -1 if a text in it is not ASCII: what was written is then void. */
export function writePlainRecord(
  target: Bytes,
  at: number,
  head: { readonly seq: number; readonly dtUs: number; readonly type: string },
  data: Readonly<Record<string, unknown>>,
): number {
  target[at] = 0x94;
  let end = writeUint(target, at + 1, head.seq);
  end = writeUint(target, end, head.dtUs);
  const type = nameOf(head.type);
  for (let i = 0; i < type.length; i++) target[end + i] = type[i]!;
  return writePlainMap(target, end + type.length, data);
}

/** The map of `record.body` with one entry more. */
function writeWithTail(target: Bytes, from: number, record: EncodedRecord, tail: Bytes): number {
  const { body } = record;
  const wide = body[0] === 0xde;
  const entries = (wide ? body[1]! * 256 + body[2]! : body[0]! & 15) + 1;
  let at = from;
  if (entries < 16) target[at++] = 0x80 | entries;
  else {
    target[at++] = 0xde;
    target[at++] = entries >> 8;
    target[at++] = entries & 255;
  }
  const rest = body.subarray(wide ? 3 : 1);
  target.set(rest, at);
  at += rest.length;
  const name = nameOf(record.tailName);
  target.set(name, at);
  target.set(tail, at + name.length);
  return at + name.length + tail.length;
}

/** The shortest msgpack form of a whole number from 0 to 2^53. */
export function writeUint(target: Bytes, at: number, value: number): number {
  if (value < 0x80) {
    target[at] = value;
    return at + 1;
  }
  if (value >= 0x10000 && value < 0x100000000) {
    target[at] = 0xce;
    target[at + 1] = value >>> 24;
    target[at + 2] = value >>> 16;
    target[at + 3] = value >>> 8;
    target[at + 4] = value;
    return at + 5;
  }
  const width = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  target[at] = width === 1 ? 0xcc : width === 2 ? 0xcd : width === 4 ? 0xce : 0xcf;
  let rest = value;
  for (let i = width; i > 0; i--) {
    target[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + width;
}

/**
 * A record's type or a tail's name: 1 to 31 characters of ASCII. Made by hand, since msgpackr's
 * buffer may hold a record's body at this moment; the few names that there are stay.
 */
function nameOf(name: string): Bytes {
  const known = names.get(name);
  if (known !== undefined) return known;
  assert(/^[!-~]{1,31}$/.test(name), 'a record name is not short ASCII');
  const encoded = Buffer.from(`\0${name}`, 'latin1');
  encoded[0] = 0xa0 | name.length;
  if (names.size < NAMES_MAX) names.set(name, encoded);
  return encoded;
}

/** Where the parts of a record lie. */
export interface RecordHead {
  seq: number;
  dtUs: number;
  type: string;
  /** Offset of the map. */
  bodyFrom: number;
  /** Offset after the record. */
  to: number;
}

/** Reads the outer array of the record at `from`; null if it is not a record. */
export function readRecordHead(bytes: Bytes, from: number, to: number): RecordHead | null {
  const end = valueEnd(bytes, from, to);
  const place = end < 0 ? null : readRecordPlace(bytes, from);
  if (place === null) return null;
  const { seq, dtUs, typeFrom, bodyFrom } = place;
  const type = String.fromCharCode(...bytes.subarray(typeFrom, bodyFrom));
  return { seq, dtUs, type, bodyFrom, to: end };
}

/** Number, time and extent of the type of a record. */
export interface RecordPlace {
  readonly seq: number;
  readonly dtUs: number;
  readonly typeFrom: number;
  /** Offset of the map. */
  readonly bodyFrom: number;
}

/** As `readRecordHead`, of a value that is known to be whole; null if it is not a record. */
export function readRecordPlace(bytes: Bytes, from: number): RecordPlace | null {
  if (bytes[from] !== 0x94) return null;
  const seqEnd = uintEnd(bytes, from + 1);
  const dtEnd = seqEnd < 0 ? -1 : uintEnd(bytes, seqEnd);
  if (dtEnd < 0) return null;
  const seq = readUint(bytes, from + 1);
  const dtUs = readUint(bytes, seqEnd);
  const length = bytes[dtEnd]! - 0xa0;
  if (length < 0 || length > 31) return null;
  const bodyFrom = dtEnd + 1 + length;
  if (!isMap(bytes[bodyFrom]!) || seq > Number.MAX_SAFE_INTEGER) return null;
  return { seq, dtUs, typeFrom: dtEnd + 1, bodyFrom };
}

function isMap(head: number): boolean {
  return (head >= 0x80 && head < 0x90) || head === 0xde || head === 0xdf;
}

function uintEnd(bytes: Bytes, at: number): number {
  const head = bytes[at]!;
  if (head < 0x80) return at + 1;
  return head >= 0xcc && head <= 0xcf ? at + 1 + (1 << (head - 0xcc)) : -1;
}

function readUint(bytes: Bytes, at: number): number {
  const head = bytes[at]!;
  if (head < 0x80) return head;
  let value = 0;
  for (let i = 1; i <= 1 << (head - 0xcc); i++) value = value * 256 + bytes[at + i]!;
  return value;
}
