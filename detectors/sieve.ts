import type { Bytes } from '../base/bytes.ts';
import { characterAt, codeAt, NOTHING, OPEN } from '../base/character.ts';
import { endsKey } from './endings.ts';

/**
 * The prefilter of everything that is card data: runs of twelve digits or more with single
 * separators, in any spelling; what follows a key that may name a code or a PIN; three or four
 * digits behind such a word. It errs on the side of stopping, and stops at or before the first
 * byte of a finding.
 */
const DIGITS_MIN = 12;
/** Bytes that a finding may begin with before its first digit: `%B`, `%25B`, `;`, `\u003b`. */
const HEAD_BYTES_MAX = 6;
/** Bytes from an assigner to its value: quotes, blanks, CDATA, in any spelling. */
const GAP_BYTES_MAX = 24;

/** Bytes that a number's first digit may begin with, in every spelling of base/character.ts. */
export const digitLeads: Uint8Array = setOf('0123456789%\\&\xd9\xdb\xef');

const assigners: Uint8Array = setOf('=:>#');
/** Escapes that may spell an assigner. */
const escapes: Uint8Array = setOf('%&\\');
/** What may stand between a key and its assigner, and between that and the value. */
const gaps: Uint8Array = setOf(' \t"\'\\`]');

function setOf(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/** The first offset in [from, to) at which card data could start; `to` if there is none. */
export function next(bytes: Bytes, from: number, to: number): number {
  for (let at = Math.max(0, from - GAP_BYTES_MAX); at < from; at++) if (assigns(bytes, at)) return from;
  for (let at = from; at < to; ) {
    const byte = bytes[at]!;
    if (digitLeads[byte] !== 0) {
      const end = runEnd(bytes, at, to);
      if (end < 0) return Math.max(from, at - HEAD_BYTES_MAX);
      if (assigns(bytes, at)) return at;
      at = end;
    } else if (assigners[byte] !== 0 && assigns(bytes, at)) return at;
    else at++;
  }
  return to;
}

/** The end of a run of digits that is harmless; -1 if it could be something. */
function runEnd(bytes: Bytes, start: number, to: number): number {
  let at = start;
  let count = 0;
  let between = false;
  while (at < to) {
    const character = characterAt(bytes, at);
    if (character === OPEN) break;
    const value = character >> 5;
    if (value < 10) {
      count++;
      between = false;
      if (count >= DIGITS_MIN) return -1;
    } else if (value > NOTHING || count === 0) break;
    else if (value !== NOTHING) {
      if (between) break;
      between = true;
    }
    at += character & 31;
  }
  return isWorded(bytes, start) ? -1 : Math.max(start + 1, lastAssigner(bytes, start, at));
}

/** The first byte in a run that could spell an assigner, so that the caller looks at it; else `to`. */
function lastAssigner(bytes: Bytes, start: number, to: number): number {
  for (let i = start + 1; i < to; i++) if (escapes[bytes[i]!] !== 0) return i;
  return to;
}

/** Three or four digits at `start` stand behind a blank and a word that may name a code. */
function isWorded(bytes: Bytes, start: number): boolean {
  if (start < 4 || bytes[start - 1] !== 0x20 || !endsKey(bytes, start - 1)) return false;
  let to = start;
  while (to < bytes.length && to - start < 5 && bytes[to]! >= 0x30 && bytes[to]! <= 0x39) to++;
  return to - start === 3 || to - start === 4;
}

/** An assigner, in any spelling, stands at `at` behind a key that may name a code or a PIN. */
function assigns(bytes: Bytes, at: number): boolean {
  const byte = bytes[at]!;
  if (assigners[byte] === 0) {
    if (escapes[byte] === 0) return false;
    const code = codeAt(bytes, at) >> 5;
    if (code !== 0x3d && code !== 0x3a && code !== 0x3e) return false;
  }
  return endsKey(bytes, keyEnd(bytes, at));
}

/** Where the key before the assigner at `at` ends. */
function keyEnd(bytes: Bytes, at: number): number {
  let end = at;
  const floor = Math.max(0, at - GAP_BYTES_MAX);
  while (end > floor) {
    if (gaps[bytes[end - 1]!] !== 0) end--;
    else if (isEscapedGap(bytes, end)) end -= 3;
    else if (bytes[end - 1] === 0x3d) end--;
    else if (isQuoteReference(bytes, end)) end -= 6;
    else break;
  }
  return end;
}

/** `%22`, `%27`, `%20` or `%5D` right before `end`. */
function isEscapedGap(bytes: Bytes, end: number): boolean {
  if (end < 3 || bytes[end - 3] !== 0x25) return false;
  const code = codeAt(bytes, end - 3) >> 5;
  return code < 0x80 && gaps[code] !== 0;
}

function isQuoteReference(bytes: Bytes, end: number): boolean {
  return end >= 6 && bytes[end - 1] === 0x3b && codeAt(bytes, end - 6) === ((0x22 << 5) | 6);
}
