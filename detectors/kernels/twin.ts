import type { Bytes } from '../../base/bytes.ts';
import { codeAt, hexDigit, NOTHING, OPEN, OTHER, valueOfCode } from '../../base/character.ts';
import { ASSIGNER, classes, DIGIT, DOTTED, ESCAPE, endsKey, GAP, SEPARATOR } from './classes.ts';
import { isHarmless } from './run.ts';

/**
 * The prefilter in plain TypeScript: what the kernel of sieve.as.ts does, byte by byte. It serves
 * short inputs and machines without WebAssembly SIMD, and is what the kernel is held to. Four
 * things stop it; each may be harmless, none is passed by:
 *
 * 1. a run of twelve digits or more with single separators, none after fewer than four digits
 * 2. an assigner behind a key that may name a code or a PIN, before what may be one
 * 3. three or four digits behind a blank and such a key
 * 4. an escape that spells a digit, or behind a digit a separator or nothing
 */

/** Bytes that a finding may begin with before its first digit: `%B`, `%25B`, `;`, `\u003b`, `&#x25;B`. */
const headBytesMax = 12;
/** Bytes of a number that may stand before its first escape. */
const plainBytesMax = 40;
/** Bytes from an assigner to its value, and from a key to its assigner. */
export const gapBytesMax = 24;

/** Bytes from the assigner of `name="cvv"` to the value behind an empty line, in a multipart form. */
export const partBytesMax = 48;

const RUN_BYTES_MIN = 12;
/** `\\";s:3`, right before an assigner. */
const SERIALIZED_BYTES_MAX = 6;
const FEED = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const LESS = 0x3c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5d;
const LETTER_A = 0x61;
const LETTER_B = 0x62;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_K = 0x6b;
const LETTER_M = 0x6d;
const LETTER_N = 0x6e;
const LETTER_P = 0x70;
const LETTER_R = 0x72;
const LETTER_S = 0x73;
const LETTER_U = 0x75;
const LETTER_X = 0x78;
const LETTER_Z = 0x7a;
const UNDERSCORE = 0x5f;

/** The first offset in [from, to) at which card data could start, for what stands before too; `to` if there is none. */
export function twinSearch(bytes: Bytes, from: number, to: number, framing: number): number {
  return mayBeValue(bytes, from, to) ? from : twinNext(bytes, from, to, framing);
}

/** An assigner stands so near before `from` that what starts there, or later, may be its value. */
export function mayBeValue(bytes: Bytes, from: number, to: number): boolean {
  for (let at = Math.max(0, from - partBytesMax); at < from; at++)
    if ((classes[bytes[at]!]! & (ASSIGNER | ESCAPE)) !== 0 && assigns(bytes, at, to, from)) return true;
  return false;
}

/** The first offset in [from, to) at which card data could start; `to` if there is none. */
export function twinNext(bytes: Bytes, from: number, to: number, framing: number): number {
  for (let at = from; at < to; ) {
    const kind = classes[bytes[at]!]!;
    if ((kind & DIGIT) !== 0) {
      if (isWorded(bytes, at, to)) return at;
      const end = runEnd(bytes, at, to);
      if (end - at >= RUN_BYTES_MIN && !isHarmless(bytes, at, end, to, framing))
        return Math.max(from, at - headBytes(bytes, at));
      at = end;
    } else {
      if ((kind & ASSIGNER) !== 0 && assigns(bytes, at, to)) return at;
      if ((kind & ESCAPE) !== 0) {
        if (assigns(bytes, at, to)) return at;
        if (spells(bytes, at, to)) return Math.max(from, at - plainBytesMax);
      }
      at++;
    }
  }
  return to;
}

/** Bytes before the run at `start` that a finding may begin with: a format code or a sentinel ends them. */
function headBytes(bytes: Bytes, start: number): number {
  const before = start > 0 ? bytes[start - 1]! : 0;
  return before === SEMICOLON || (before | 0x20) === LETTER_B ? headBytesMax : 0;
}

/** The end of the run of digits and single separators that starts at `start`. */
function runEnd(bytes: Bytes, start: number, to: number): number {
  let group = 0;
  let at = start;
  for (; at < to; at++) {
    const kind = classes[bytes[at]!]!;
    if ((kind & DIGIT) !== 0) group++;
    else {
      if ((kind & (SEPARATOR | DOTTED)) === 0 || group < 4) break;
      if (at + 1 >= to || (classes[bytes[at + 1]!]! & DIGIT) === 0) break;
      group = 0;
    }
  }
  return at;
}

/** Three or four digits at `at` stand behind a blank and a word that may name a code. */
function isWorded(bytes: Bytes, at: number, to: number): boolean {
  if (at < 4 || bytes[at - 1] !== BLANK) return false;
  let end = at;
  while (end < to && end - at < 5 && (classes[bytes[end]!]! & DIGIT) !== 0) end++;
  if ((end - at !== 3 && end - at !== 4) || goesOn(bytes, end, to)) return false;
  return endsKey(bytes, keyEnd(bytes, at)) || (isSaid(bytes, at) && endsKey(bytes, at - 4));
}

/** What ends at `end` is no value but a part of a word, a date or a number: cvv/index.ts says the same. */
function goesOn(bytes: Bytes, end: number, to: number): boolean {
  if (end >= to) return false;
  const byte = bytes[end]!;
  const letter = byte | BLANK;
  if (byte === UNDERSCORE || (letter >= LETTER_A && letter <= LETTER_Z)) return true;
  return (byte === DASH || byte === DOT) && end + 1 < to && (classes[bytes[end + 1]!]! & DIGIT) !== 0;
}

/** ` is ` right before `at`. */
function isSaid(bytes: Bytes, at: number): boolean {
  return bytes[at - 4] === BLANK && bytes[at - 3] === LETTER_I && bytes[at - 2] === LETTER_S;
}

/**
 * True if an assigner, in any spelling, stands at `at` between a key that may name a code or a PIN
 * and a value that may be one and begins at `valueFrom` or later.
 */
function assigns(bytes: Bytes, at: number, to: number, valueFrom = at): boolean {
  const kind = classes[bytes[at]!]!;
  let after = at + 1;
  if ((kind & ASSIGNER) === 0) {
    if ((kind & ESCAPE) === 0 || bytes[at]! >= 0x80) return false;
    const code = codeAt(bytes, at);
    if (code === OPEN || at + (code & 31) > to) return false;
    if (code >> 5 !== 0x3d && code >> 5 !== 0x3a && code >> 5 !== 0x3e) return false;
    after = at + (code & 31);
  }
  const end = serializedKeyEnd(bytes, at, keyEnd(bytes, at));
  if (!endsKey(bytes, end)) return false;
  return namesPart(bytes, end)
    ? mayHoldPart(bytes, after, Math.min(to, at + partBytesMax), to, valueFrom)
    : mayHold(bytes, end, after, to, valueFrom);
}

/** `name`, with an assigner behind it. */
function namesPart(bytes: Bytes, end: number): boolean {
  const [one, two, three] = [bytes[end - 3]!, bytes[end - 2]!, bytes[end - 1]!];
  return (one | BLANK) === LETTER_A && (two | BLANK) === LETTER_M && (three | BLANK) === LETTER_E;
}

/** A quoted name that may be one of a code or a PIN, an empty line, and what may be its value before `stop`. */
function mayHoldPart(bytes: Bytes, from: number, stop: number, to: number, valueFrom: number): boolean {
  let start = from;
  while (start < stop && (bytes[start] === QUOTE || bytes[start] === BACKSLASH)) start++;
  let quote = start;
  while (quote < stop && bytes[quote] !== QUOTE) quote++;
  if (quote >= stop) return false;
  let end = quote;
  while (end > start && (bytes[end - 1] === BACKSLASH || bytes[end - 1] === BRACKET)) end--;
  if (end - start < 3 || !endsKey(bytes, end) || namesPart(bytes, end)) return false;
  const value = emptyLineEnd(bytes, quote + 1, stop);
  return value > quote && mayHold(bytes, end, value, to, valueFrom);
}

/** Behind two line breaks, as they are or as `\r\n`; 0 if they are not there or something follows them at once. */
function emptyLineEnd(bytes: Bytes, from: number, stop: number): number {
  let feeds = 0;
  for (let at = from; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte === FEED || (byte === LETTER_N && bytes[at - 1] === BACKSLASH)) feeds++;
    else if (byte !== RETURN && byte !== LETTER_R && byte !== BACKSLASH) return feeds === 2 ? at : 0;
  }
  return 0;
}

/**
 * What the key that ends at `end` names may follow: four to twelve digits of a PIN, sixteen or
 * thirty-two of a PIN block, three or four of a code, or something that is not plain.
 */
function mayHold(bytes: Bytes, end: number, from: number, to: number, valueFrom: number): boolean {
  const stop = Math.min(to, from + gapBytesMax);
  let start = from;
  while (start < stop && (classes[bytes[start]!]! & (GAP | ASSIGNER)) !== 0) start++;
  if (start === stop) return start < to;
  if (
    start > from &&
    bytes[start - 1] === BACKSLASH &&
    (bytes[start] === LETTER_U || bytes[start] === LETTER_X)
  )
    return true;
  if ((classes[bytes[start]!]! & ESCAPE) !== 0 || bytes[start] === LESS) return true;
  if (start < valueFrom) return false;
  const digits = runOf(bytes, start, to, 10) - start;
  const last = bytes[end - 1]! | 0x20;
  const pin = last === LETTER_N && (bytes[end - 3]! | 0x20) === LETTER_P;
  if (!pin && last !== LETTER_K && last !== LETTER_A) return digits === 3 || digits === 4;
  const block = runOf(bytes, start, to, 16) - start;
  return (pin && digits >= 4 && digits <= 12) || block === 16 || block === 32;
}

/** The end of at most 33 digits of a radix. */
function runOf(bytes: Bytes, start: number, to: number, radix: number): number {
  let end = start;
  while (end < to && end - start < 33) {
    const digit = hexDigit(bytes[end]!);
    if (digit < 0 || digit >= radix) break;
    end++;
  }
  return end;
}

/** Where the key before `at` ends: past quotes, blanks and brackets in any spelling, and `=` of `=>`. */
export function keyEnd(bytes: Bytes, at: number): number {
  const floor = Math.max(0, at - gapBytesMax);
  let end = at;
  while (end > floor) {
    const last = bytes[end - 1]!;
    if ((classes[last]! & GAP) !== 0 || last === 0x3d) end--;
    else if (isPercentGap(bytes, end)) end -= 3;
    else if (isQuoteReference(bytes, end)) end -= 6;
    else break;
  }
  return end;
}

/**
 * The end of the key where the value of the assigner at `at` is one that PHP has serialised:
 * `"cvv";s:3:`, `"cvv";i:`, their quotes escaped or not; else `end`.
 */
function serializedKeyEnd(bytes: Bytes, at: number, end: number): number {
  if (end !== at || at < SERIALIZED_BYTES_MAX) return end;
  const isText = bytes[at - 2] === COLON && bytes[at - 3] === LETTER_S && isCodeLength(bytes[at - 1]!);
  const from = isText ? at - 4 : bytes[at - 1] === LETTER_I ? at - 2 : at;
  if (bytes[from] !== SEMICOLON || bytes[from - 1] !== QUOTE) return end;
  return bytes[from - 2] === BACKSLASH ? from - 2 : from - 1;
}

function isCodeLength(byte: number): boolean {
  return byte === 0x33 || byte === 0x34;
}

/** `%22`, `%27`, `%20`, `%5D` or the like right before `end`. */
function isPercentGap(bytes: Bytes, end: number): boolean {
  if (end < 3 || bytes[end - 3] !== 0x25) return false;
  const code = codeAt(bytes, end - 3);
  return code >= 0 && (code & 31) === 3 && code >> 5 < 0x80 && (classes[code >> 5]! & GAP) !== 0;
}

function isQuoteReference(bytes: Bytes, end: number): boolean {
  return end >= 6 && codeAt(bytes, end - 6) === ((0x22 << 5) | 6);
}

/** An escape at `at` spells a digit, or behind a digit a separator or nothing. */
function spells(bytes: Bytes, at: number, to: number): boolean {
  const code = codeAt(bytes, at);
  if (code === OPEN || (code & 31) === 1 || at + (code & 31) > to) return false;
  const value = valueOfCode(code >> 5);
  if (value < 10) return true;
  if (value === OTHER || at === 0 || (classes[bytes[at - 1]!]! & DIGIT) === 0) return false;
  const after = at + (code & 31);
  return value === NOTHING || (after < to && (classes[bytes[after]!]! & (DIGIT | ESCAPE)) !== 0);
}
