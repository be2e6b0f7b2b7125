import type { Bytes } from '../base/bytes.ts';
import { ASSIGNER, classes, ESCAPE as ESCAPE_CLASS } from './kernels/classes.ts';
import { gapBytesMax } from './kernels/twin.ts';

/** Card data in any spelling that is cut by the end of the bytes has at most so many before it. */
const OPEN_BYTES_MAX = 256;
/** A control sequence, and the name of a character reference, up to their last byte. */
const SEQUENCE_BYTES_MAX = 24;
const NAME_BYTES_MAX = 5;

const AMPERSAND = 0x26;
const BRACKET = 0x5b;
const ESCAPE = 0x1b;

/**
 * What numbers, hexadecimal text, escapes and the sentinels of tracks are made of: card data that
 * is cut by the end of the bytes has nothing else before it, but for the name on a track.
 */
const numeric: Uint8Array = new Uint8Array(256);
for (const character of '0123456789abcdefABCDEF -._+=?^;%&#\\xu\x1b[') numeric[character.charCodeAt(0)] = 1;
for (let byte = 0x80; byte < 0x100; byte++) numeric[byte] = 1;

/** Where card data may start that does not end in `bytes`, at or after `from`; else their length. */
export function open(bytes: Bytes, from: number): number {
  const floor = Math.max(from, bytes.length - OPEN_BYTES_MAX);
  const caret = caretFrom(bytes, floor);
  const at = numericFrom(bytes, caret < 0 ? bytes.length : caret, floor);
  return caret >= 0 || mayMatter(bytes, at) ? at : bytes.length;
}

/** Bytes without which only the beginning of a PIN block can be there. */
const telling: Uint8Array = new Uint8Array(256);
for (const character of '0123456789%&\\;\x1bBb') telling[character.charCodeAt(0)] = 1;
for (let byte = 0x80; byte < 0x100; byte++) telling[byte] = 1;

/** From `at` on there is more than letters that are hexadecimal digits too, or a key stands before them. */
function mayMatter(bytes: Bytes, at: number): boolean {
  for (let i = at; i < bytes.length; i++) if (telling[bytes[i]!] !== 0) return true;
  for (let i = Math.max(0, at - gapBytesMax); i < bytes.length; i++)
    if ((classes[bytes[i]!]! & (ASSIGNER | ESCAPE_CLASS)) !== 0) return true;
  return false;
}

/** The first byte of a `^` in some spelling: itself, `5E` of `%5E` and `\u005e`, `94` of `&#94;`. */
const carets: Uint8Array = new Uint8Array(256);
for (const character of '^59') carets[character.charCodeAt(0)] = 1;

/** The first `^` at or after `floor`, in any spelling, that a name may follow; -1 if there is none. */
function caretFrom(bytes: Bytes, floor: number): number {
  for (let at = floor; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (carets[byte] === 0) continue;
    const next = bytes[at + 1] ?? 0;
    if (byte === 0x5e || (byte === 0x35 ? (next | 0x20) === 0x65 : next === 0x34)) return at;
  }
  return -1;
}

/** The start of what may be one number, or hexadecimal text, that ends at `to`. */
function numericFrom(bytes: Bytes, to: number, floor: number): number {
  let at = to;
  while (at > floor) {
    if (numeric[bytes[at - 1]!] !== 0) at--;
    else {
      const start = sequenceStart(bytes, at, floor);
      if (start < 0) break;
      at = start;
    }
  }
  return at;
}

/** Where a control sequence or the name of a reference starts whose last byte so far is before `at`; -1 if none does. */
function sequenceStart(bytes: Bytes, at: number, floor: number): number {
  const last = bytes[at - 1]!;
  if (last < 0x40 || last > 0x7e) return isParameter(last) ? controlStart(bytes, at, floor) : -1;
  const control = controlStart(bytes, at, floor);
  return control >= 0 ? control : nameStart(bytes, at, floor);
}

function controlStart(bytes: Bytes, at: number, floor: number): number {
  let start = at - 1;
  const stop = Math.max(floor, at - SEQUENCE_BYTES_MAX);
  while (start > stop && isParameter(bytes[start - 1]!)) start--;
  const opened = start - 2 >= floor && bytes[start - 1] === BRACKET && bytes[start - 2] === ESCAPE;
  return opened ? start - 2 : -1;
}

function nameStart(bytes: Bytes, at: number, floor: number): number {
  let start = at - 1;
  const stop = Math.max(floor, at - NAME_BYTES_MAX);
  while (start > stop && isLowerCase(bytes[start]!)) start--;
  return bytes[start] === AMPERSAND ? start : -1;
}

function isParameter(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x3f;
}

function isLowerCase(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
