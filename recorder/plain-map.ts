/**
 * Maps of small whole numbers, short ASCII texts and short lists of them in msgpack, which is what the
 * records of most statements are: written where they belong, in a third of the time that the general encoder and a
 * copy take. The bytes are the general encoder's.
 */
import type { Bytes } from '../base/bytes.ts';

const ENTRIES_MAX = 15;
const NAME_MAX = 31;
const TEXT_MAX = 255;
const NUMBER_MAX = 0xffffffff;

/** Bytes that `writePlainMap` will not exceed; -1 for a map that it does not write. */
export function plainMapBound(data: Readonly<Record<string, unknown>>): number {
  let bound = 1;
  let entries = 0;
  for (const name in data) {
    const value = data[name];
    if (++entries > ENTRIES_MAX || name.length > NAME_MAX) return -1;
    const more = Array.isArray(value) ? listBound(value) : valueBound(value);
    if (more < 0) return -1;
    bound += name.length + 1 + more;
  }
  return bound;
}

function listBound(list: readonly unknown[]): number {
  if (list.length > ENTRIES_MAX) return -1;
  let bound = 1;
  for (let i = 0; i < list.length; i++) {
    const more = valueBound(list[i]);
    if (more < 0) return -1;
    bound += more;
  }
  return bound;
}

function valueBound(value: unknown): number {
  if (typeof value === 'string') return value.length > TEXT_MAX ? -1 : value.length + 2;
  if (value === null) return 1;
  return isPlainNumber(value) ? 5 : -1;
}

function isPlainNumber(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= NUMBER_MAX && value % 1 === 0;
}

/** Writes the map at `at`; the offset behind it, or -1 if a text is not ASCII: what was written is then void. */
export function writePlainMap(target: Bytes, at: number, data: Readonly<Record<string, unknown>>): number {
  let entries = 0;
  let end = at + 1;
  for (const name in data) {
    const value = data[name];
    entries++;
    end = writeText(target, end, name);
    if (end < 0) return -1;
    end = Array.isArray(value) ? writeList(target, end, value) : writeValue(target, end, value);
    if (end < 0) return -1;
  }
  target[at] = 0x80 | entries;
  return end;
}

function writeList(target: Bytes, at: number, list: readonly unknown[]): number {
  target[at] = 0x90 | list.length;
  let end = at + 1;
  for (let i = 0; i < list.length && end >= 0; i++) end = writeValue(target, end, list[i]);
  return end;
}

function writeValue(target: Bytes, at: number, value: unknown): number {
  if (typeof value === 'string') return writeText(target, at, value);
  if (value !== null) return writeNumber(target, at, value as number);
  target[at] = 0xc0;
  return at + 1;
}

/** fixstr or str 8. */
function writeText(target: Bytes, at: number, text: string): number {
  const { length } = text;
  let end = at;
  if (length < 32) target[end++] = 0xa0 | length;
  else {
    target[end++] = 0xd9;
    target[end++] = length;
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return -1;
    target[end + i] = code;
  }
  return end + length;
}

/** The shortest form. */
function writeNumber(target: Bytes, at: number, value: number): number {
  if (value < 0x80) {
    target[at] = value;
    return at + 1;
  }
  if (value < 0x100) {
    target[at] = 0xcc;
    target[at + 1] = value;
    return at + 2;
  }
  if (value < 0x10000) {
    target[at] = 0xcd;
    target[at + 1] = value >> 8;
    target[at + 2] = value;
    return at + 3;
  }
  target[at] = 0xce;
  target[at + 1] = value >>> 24;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 8;
  target[at + 4] = value;
  return at + 5;
}
