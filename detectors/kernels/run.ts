import type { Bytes } from '../../base/bytes.ts';
import { FRAMED_AFTER, FRAMED_BEFORE } from '../../base/finding.ts';
import {
  AFTER,
  ASSIGNER,
  BEFORE,
  classes,
  DIGIT,
  DOTTED,
  ESCAPE,
  exempts,
  FRAMING,
  GAP,
  mayEndField,
  SEPARATOR,
  sides,
} from './classes.ts';

/**
 * A closer look at a run of digits and separators that the prefilter has found: whether it can be
 * dropped at once. Only where no track, tag or escape can have a part in it, and allowing for a
 * digit of binary framing on either side.
 */
const GROUPS_MAX = 24;
const DIGITS_MIN = 12;
/** A number of nineteen digits and one of framing on either side. */
const DIGITS_MAX = 21;
/** Bytes from a key to its value. */
const VALUE_BYTES_MAX = 48;
/** `\\u0034` up to its last byte; a tag of one byte, or of two, with its length. */
const ESCAPE_BYTES_MAX = 6;
const TAG_BYTES_MIN = 4;
const TAG_BYTES_MAX = 6;
const BACKSLASHES_MAX = 4;
const ZERO = 0x30;
const ONE = 0x31;
const TWO = 0x32;
const FOUR = 0x34;
const FIVE = 0x35;
const SIX = 0x36;
const SEVEN = 0x37;
const EIGHT = 0x38;
const NINE = 0x39;
const BLANK = 0x20;
const TAB = 0x09;
const FEED = 0x0a;
const RETURN = 0x0d;
const AMPERSAND = 0x26;
const HASH = 0x23;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const LETTER_A = 0x61;
const LETTER_B = 0x62;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_U = 0x75;
const LETTER_X = 0x78;

const sizes = new Int32Array(GROUPS_MAX);
/** Groups whose sizes are what they seem; and whether more may stand behind them. */
let known = 0;
let isOpen = false;

/** True if no card number can stand in the run [start, end) of the bytes before `to`. */
export function isHarmless(bytes: Bytes, start: number, end: number, to: number, framing: number): boolean {
  if (end - start < DIGITS_MIN) return true;
  const groups = isUnbroken(bytes, start, end) ? 1 : readGroups(bytes, start, end);
  if (groups === 0) return true;
  const before = start > 0 ? sides[bytes[start - 1]!]! : BEFORE | FRAMING;
  const isBehindHex = (before & BEFORE) === 0;
  if (isBehindHex && !followsHex(bytes, start)) return false;
  const isBeforeHex = end < to && isHexLetter(bytes[end]!);
  if (!isBeforeHex && !isEnded(bytes, end, to)) return false;
  const framed = (before & FRAMING) !== 0 && (framing & FRAMED_BEFORE) !== 0;
  if (groups === 1) {
    if (end - start > DIGITS_MAX && bytes[start] !== ZERO) return false;
    if (holdsTag(bytes, start, end)) return false;
    if (isRepeated(bytes, start, end)) return true;
    if (end - start > DIGITS_MAX) return false;
    return !mayPass(bytes, start, end, framed, (framing & FRAMED_AFTER) !== 0);
  }
  if (groups > GROUPS_MAX || framed || isValue(bytes, start)) return false;
  isOpen = (framing & FRAMED_AFTER) !== 0 || maySpellMore(bytes, end, to);
  known = isOpen ? groups - 1 : groups;
  const isEdged = isBehindHex || isBeforeHex;
  for (let i = 0, from = start; i < groups; from += sizes[i++]! + 1)
    if (mayBegin(bytes, from, i, isEdged)) return false;
  return true;
}

/** A separator at `end`, and behind it what may spell another digit: the last group may not be the last. */
function maySpellMore(bytes: Bytes, end: number, to: number): boolean {
  if (end + 1 >= to) return end < to;
  return (classes[bytes[end]!]! & (SEPARATOR | DOTTED)) !== 0 && (classes[bytes[end + 1]!]! & ESCAPE) !== 0;
}

/** What stands at `end` is no separator of a track, in any spelling. */
function isEnded(bytes: Bytes, end: number, to: number): boolean {
  if (end >= to) return true;
  const byte = bytes[end]!;
  if ((sides[byte]! & AFTER) === 0) return false;
  if (byte === AMPERSAND) return end + 1 < to && bytes[end + 1] !== HASH;
  return byte !== BACKSLASH || !mayEscape(bytes, end, to);
}

/** Backslashes from `at` on, and the letter of an escape, or nothing yet. */
function mayEscape(bytes: Bytes, at: number, to: number): boolean {
  let end = at;
  while (end < to && end - at < BACKSLASHES_MAX && bytes[end] === BACKSLASH) end++;
  return end === to || bytes[end] === LETTER_U || bytes[end] === LETTER_X || bytes[end] === BACKSLASH;
}

/**
 * The letter before the run is a hexadecimal digit, or ends a word: what it makes a part of is no
 * number, unless it belongs to an escape of which the run holds the last digits.
 */
function followsHex(bytes: Bytes, start: number): boolean {
  if (start < ESCAPE_BYTES_MAX || !isHexLetter(bytes[start - 1]!)) return false;
  for (let at = start - ESCAPE_BYTES_MAX; at < start - 1; at++)
    if (bytes[at] === PERCENT || bytes[at] === BACKSLASH) return false;
  return true;
}

function isHexLetter(byte: number): boolean {
  const letter = byte | BLANK;
  return letter >= LETTER_A && letter <= LETTER_F;
}

/** A value of EMV, by emv/index.ts, may begin in the run. */
function holdsTag(bytes: Bytes, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (at >= TAG_BYTES_MIN && followsTag(bytes, at, end)) return true;
  return false;
}

/** A tag and one byte of length stand before `at`, and what may be its value goes on to `end` and behind it. */
function followsTag(bytes: Bytes, at: number, end: number): boolean {
  const one = bytes[at - 4]!;
  const two = bytes[at - 3]! | BLANK;
  if (one === FIVE && two === SIX) return bytes[at] === FOUR;
  if (end - at < DIGITS_MIN) return false;
  if (one === FIVE) return two === LETTER_A || (two === SEVEN && isHexLetter(bytes[end] ?? 0));
  if (one === NINE && two === NINE) return bytes[at - 2] === ZERO && bytes[at - 1] === EIGHT;
  if (at < TAG_BYTES_MAX || bytes[at - 6] !== NINE || (bytes[at - 5]! | BLANK) !== LETTER_F) return false;
  return (
    (one === ONE && two === LETTER_F) || (one === TWO && two === ZERO) || (one === SIX && two === LETTER_B)
  );
}

/** The run at `start` may be the value of a card field, in whatever groups: an assigner, or an empty line, stands before it. */
function isValue(bytes: Bytes, start: number): boolean {
  if (start < 3) return true;
  const before = bytes[start - 1]!;
  if (before === FEED || before === LETTER_N) return mayEndEmptyLine(bytes, start);
  const blank = before === BLANK || before === TAB;
  if ((classes[bytes[blank ? start - 2 : start - 1]!]! & (GAP | ASSIGNER)) === 0) return false;
  const floor = Math.max(2, start - VALUE_BYTES_MAX);
  let end = start;
  while (end > floor && (classes[bytes[end - 1]!]! & (GAP | ASSIGNER)) !== 0) end--;
  return end <= floor || mayEndField(bytes[end - 2]!, bytes[end - 1]!);
}

/** The second line break of two ends at `start`, in any spelling. */
function mayEndEmptyLine(bytes: Bytes, start: number): boolean {
  const before = bytes[start - 3]!;
  if (bytes[start - 1] === FEED)
    return bytes[start - 2] === FEED || (bytes[start - 2] === RETURN && before === FEED);
  return (
    bytes[start - 2] === BACKSLASH && (before === LETTER_N || before === LETTER_R || before === BACKSLASH)
  );
}

function isUnbroken(bytes: Bytes, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < ZERO || bytes[at]! > NINE) return false;
  return true;
}

/** Reads the sizes of the groups; their count, or 0 if all have fewer digits than a card number. */
function readGroups(bytes: Bytes, start: number, end: number): number {
  let groups = 0;
  let digits = 0;
  let size = 0;
  for (let at = start; at < end; at++) {
    if ((classes[bytes[at]!]! & DIGIT) !== 0) {
      digits++;
      size++;
    } else {
      if (groups < GROUPS_MAX) sizes[groups] = size;
      groups++;
      size = 0;
    }
  }
  if (groups < GROUPS_MAX) sizes[groups] = size;
  return digits < DIGITS_MIN ? 0 : groups + 1;
}

/** A card number may begin with group `i`, at `from`, grouped as pan/grouping.ts has it. */
function mayBegin(bytes: Bytes, from: number, i: number, isEdged: boolean): boolean {
  const first = sizes[i]!;
  if (first >= DIGITS_MIN)
    return (
      isEdged || first > DIGITS_MAX || holdsTag(bytes, from, from + first) || mayBeCard(bytes, from, i, 1)
    );
  if (first === 4) {
    if (mayHave(i + 1, 6, 6)) return mayHave(i + 2, 4, 5) && mayBeCard(bytes, from, i, 3);
    if (!mayHave(i + 1, 4, 4) || !mayHave(i + 2, 4, 4) || !mayHave(i + 3, 1, 4)) return false;
    if (mayBeCard(bytes, from, i, 4)) return true;
    return mayHave(i + 3, 4, 4) && mayHave(i + 4, 1, 3) && mayBeCard(bytes, from, i, 5);
  }
  if (first === 5) return mayHave(i + 1, 5, 5) && mayHave(i + 2, 5, 5) && mayBeCard(bytes, from, i, 3);
  if (first === 6) return (mayHave(i + 1, 10, 10) || mayHave(i + 1, 13, 13)) && mayBeCard(bytes, from, i, 2);
  return first === 8 && (mayHave(i + 1, 8, 8) || mayHave(i + 1, 11, 11)) && mayBeCard(bytes, from, i, 2);
}

/** The digits of `count` groups from group `i` on, at `from`, are those of a card number, or not all known. */
function mayBeCard(bytes: Bytes, from: number, i: number, count: number): boolean {
  if (i + count > known) return true;
  let to = from - 1;
  for (let k = i; k < i + count; k++) to += sizes[k]! + 1;
  if (isRepeated(bytes, from, to)) return false;
  if (mayBeExempt(bytes[from]!, bytes[from + 1]!)) return true;
  let sum = 0;
  for (let at = to - 1, double = false; at >= from; at--) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) continue;
    sum += double ? doubled(digit) : digit;
    double = !double;
  }
  return sum % 10 === 0;
}

/** One digit over and over, whatever separates it: no card number has that. */
function isRepeated(bytes: Bytes, from: number, to: number): boolean {
  const first = bytes[from]!;
  for (let at = from + 1; at < to; at++)
    if (bytes[at] !== first && (classes[bytes[at]!]! & DIGIT) !== 0) return false;
  return true;
}

/** Group `i` has from `least` to `most` digits, or nobody knows yet. */
function mayHave(i: number, least: number, most: number): boolean {
  return i < known ? sizes[i]! >= least && sizes[i]! <= most : isOpen;
}

/**
 * The number of the run, without a first or a last digit that may be framing, has
 * a valid check digit (ISO/IEC 7812-1 Annex B) or may be of a brand that gives none.
 */
function mayPass(bytes: Bytes, start: number, end: number, framed: boolean, followed: boolean): boolean {
  if (mayBeExempt(bytes[start]!, bytes[start + 1]!)) return true;
  if (framed && mayBeExempt(bytes[start + 1]!, bytes[start + 2]!)) return true;
  let whole = 0;
  let shifted = 0;
  for (let at = end - 1, double = false; at >= start; at--, double = !double) {
    const digit = bytes[at]! - 0x30;
    whole += double ? doubled(digit) : digit;
    shifted += double ? digit : doubled(digit);
  }
  // As if the last digit were framing; the same as `whole` where it cannot be.
  const shorter = followed ? shifted - doubled(bytes[end - 1]! - 0x30) : whole;
  if (whole % 10 === 0 || shorter % 10 === 0) return true;
  if (!framed) return false;
  const first = bytes[start]! - 0x30;
  const isEven = ((end - start) & 1) === 0;
  const inWhole = isEven ? doubled(first) : first;
  if ((whole - inWhole) % 10 === 0) return true;
  const inShorter = isEven ? first : doubled(first);
  return followed && (shorter - inShorter) % 10 === 0;
}

function doubled(digit: number): number {
  return digit > 4 ? 2 * digit - 9 : 2 * digit;
}

/** The first two digits are of a brand that gives numbers without check digits. */
function mayBeExempt(first: number, second: number): boolean {
  return exempts[(first - ZERO) * 10 + second - ZERO] === 1;
}
