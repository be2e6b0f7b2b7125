import type { Bytes } from '../../base/bytes.ts';
import {
  characterAt,
  characterBefore,
  DASH,
  DOT,
  hexCodeAt,
  OPEN,
  OTHER,
  UNDERSCORE,
} from '../../base/character.ts';
import { contextBytesMax } from '../../base/finding.ts';

/** What touches a number on one side: nothing, something that makes it doubtful, a part of it. */
export const FREE = 2;
export const JOINED = 1;
export const INSIDE = 0;

/** Bytes after a number that a judgement of its end may need. */
export const boundaryBytesMax = 26;

/** Zeros behind a decimal point that are read. */
const ZEROS_MAX = 8;

/** What stands right before the number that starts at `at`. */
export function boundaryBefore(bytes: Bytes, at: number): number {
  const floor = Math.max(0, at - contextBytesMax);
  const character = characterBefore(bytes, at, floor);
  const value = character >> 5;
  const position = at - (character & 31);
  if (value < 10) return INSIDE;
  if (value === DOT) return characterBefore(bytes, position, floor) >> 5 < 10 ? INSIDE : FREE;
  if (value === DASH || value === UNDERSCORE) return isJoined(bytes, position, floor) ? JOINED : FREE;
  if (value !== OTHER || (character & 31) !== 1 || !isWord(bytes[at - 1]!)) return FREE;
  return isBlankEscape(bytes, at, floor) ? FREE : isHexWord(bytes, at - 1, floor) ? INSIDE : JOINED;
}

/** What stands right before a number in hexadecimal spelling. */
export function hexBoundaryBefore(bytes: Bytes, at: number): number {
  const before = at < 2 ? 0 : hexCodeAt(bytes, at - 2) >> 5;
  return before >= 0x30 && before <= 0x39 ? INSIDE : FREE;
}

/** Dashes and underscores that end at `at` hang on a word: `blk_-`, the groups of a UUID. */
function isJoined(bytes: Bytes, at: number, floor: number): boolean {
  let position = at;
  while (position > floor && (bytes[position - 1] === 0x2d || bytes[position - 1] === 0x5f)) position--;
  return position > floor && isWord(bytes[position - 1]!);
}

/**
 * What stands right after a number that ends at `to`; OPEN if the bytes end too soon to say. In a
 * numeric column a number may have decimals.
 */
export function boundaryAfter(bytes: Bytes, to: number, last: boolean, numeric: boolean): number {
  const character = characterAt(bytes, to);
  if (character === OPEN) return last ? FREE : OPEN;
  const value = character >> 5;
  if (value < 10) return INSIDE;
  if (value === OTHER) return isWord(bytes[to]!) ? JOINED : FREE;
  if (value !== DOT && value !== DASH && value !== UNDERSCORE) return FREE;
  const following = characterAt(bytes, to + (character & 31));
  if (following === OPEN && !last) return OPEN;
  if (value === DOT) {
    if (following === OPEN || following >> 5 >= 10 || numeric) return FREE;
    return zeroDecimals(bytes, to + (character & 31), last);
  }
  return isWord(bytes[to + (character & 31)] ?? 0) ? JOINED : FREE;
}

/** Decimals are a part of a number; a few zeros may be what a table of floating points made of one. */
function zeroDecimals(bytes: Bytes, at: number, last: boolean): number {
  let to = at;
  while (to < bytes.length && to - at < ZEROS_MAX && bytes[to] === 0x30) to++;
  if (to === bytes.length) return last ? JOINED : OPEN;
  return to === at || isWord(bytes[to]!) || bytes[to] === 0x2e ? INSIDE : JOINED;
}

/** `\n`, `\r` or `\t` as two characters right before `at`. */
function isBlankEscape(bytes: Bytes, at: number, floor: number): boolean {
  const letter = bytes[at - 1]!;
  return at - 2 >= floor && bytes[at - 2] === 0x5c && (letter === 0x6e || letter === 0x72 || letter === 0x74);
}

/**
 * The word that ends with the byte at `at` is made of hexadecimal digits, with a digit among them;
 * `\x` and `0x` may stand before them.
 */
function isHexWord(bytes: Bytes, at: number, floor: number): boolean {
  let digits = 0;
  let i = at;
  for (; i >= floor && isWord(bytes[i]!); i--) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) digits++;
    else if ((byte | 0x20) > 0x66) return digits > 0 && i > floor && isHexPrefix(bytes, i);
  }
  return digits > 0 || at - i > 1;
}

function isHexPrefix(bytes: Bytes, at: number): boolean {
  return bytes[at] === 0x78 && (bytes[at - 1] === 0x5c || bytes[at - 1] === 0x30);
}

function isWord(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
}
