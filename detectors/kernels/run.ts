import type { Bytes } from '../../base/bytes.ts';
import { FRAMED_AFTER, FRAMED_BEFORE, FRAMED_BY_D } from '../../base/finding.ts';
import { AFTER, ASSIGNER, BEFORE, classes, DIGIT, exempts, FRAMING, GAP, sides } from './classes.ts';

/**
 * A closer look at a run of digits and separators that the prefilter has found: whether it can be
 * dropped at once. Only where no track, tag or escape can have a part in it, and allowing for a
 * digit of binary framing on either side.
 */
const GROUPS_MAX = 24;
const DIGITS_MIN = 12;
/** A number of nineteen digits and one of framing on either side. */
const DIGITS_MAX = 21;
const ZERO = 0x30;
const FIVE = 0x35;
const SIX = 0x36;
const NINE = 0x39;
const BLANK = 0x20;
const TAB = 0x09;
const AMPERSAND = 0x26;
const HASH = 0x23;
const BACKSLASH = 0x5c;
const LETTER_D = 0x44;
const LETTER_U = 0x75;
const LETTER_X = 0x78;

const sizes = new Int32Array(GROUPS_MAX);

/** True if no card number can stand in the run [start, end) of the bytes before `to`. */
export function isHarmless(bytes: Bytes, start: number, end: number, to: number, framing: number): boolean {
  if (end - start < DIGITS_MIN) return true;
  const groups = isUnbroken(bytes, start, end) ? 1 : readGroups(bytes, start, end);
  if (groups === 0) return true;
  const before = start > 0 ? sides[bytes[start - 1]!]! : BEFORE | FRAMING;
  if ((before & BEFORE) === 0) return false;
  if (!isEnded(bytes, end, to) && !isFramedByD(bytes, start, end, to, framing)) return false;
  const framed = (before & FRAMING) !== 0 && (framing & FRAMED_BEFORE) !== 0;
  if (groups === 1)
    return end - start <= DIGITS_MAX && !mayPass(bytes, start, end, framed, (framing & FRAMED_AFTER) !== 0);
  if (groups > GROUPS_MAX || framed || isValue(bytes, start)) return false;
  for (let i = 0; i < groups; i++) if (mayBeGrouped(i, groups)) return false;
  return true;
}

/** What stands at `end` is no separator of a track, in any spelling. */
function isEnded(bytes: Bytes, end: number, to: number): boolean {
  if (end >= to) return true;
  const byte = bytes[end]!;
  if ((sides[byte]! & AFTER) === 0) return false;
  if (byte === AMPERSAND) return end + 1 < to && bytes[end + 1] !== HASH;
  return (
    byte !== BACKSLASH ||
    (end + 1 < to &&
      bytes[end + 1] !== LETTER_U &&
      bytes[end + 1] !== LETTER_X &&
      bytes[end + 1] !== BACKSLASH)
  );
}

/** A message's type and a length of less than 16 MiB stand at `end`, and no tag's value goes on there. */
function isFramedByD(bytes: Bytes, start: number, end: number, to: number, framing: number): boolean {
  if ((framing & FRAMED_BY_D) === 0 || end + 1 >= to) return false;
  if (bytes[end] !== LETTER_D || bytes[end + 1] !== 0) return false;
  for (let at = start; at + 4 <= end; at++) if (isTag(bytes, at, end + 1)) return false;
  return true;
}

/** `56` or `99` at `at`, one byte of length, and a value that ends at `valueTo`: card data of EMV, by emv/index.ts. */
function isTag(bytes: Bytes, at: number, valueTo: number): boolean {
  const one = bytes[at]!;
  const isKnown = one === bytes[at + 1] ? one === NINE : one === FIVE && bytes[at + 1] === SIX;
  return isKnown && 2 * (16 * (bytes[at + 2]! - ZERO) + bytes[at + 3]! - ZERO) === valueTo - at - 4;
}

/** The run at `start` may be the value of a key: a quote or an assigner stands before it, or before a blank. */
function isValue(bytes: Bytes, start: number): boolean {
  if (start < 2) return true;
  const before = bytes[start - 1]!;
  const blank = before === BLANK || before === TAB;
  return (classes[bytes[blank ? start - 2 : start - 1]!]! & (GAP | ASSIGNER)) !== 0;
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

/** A card number in some grouping may begin with group `i`. */
function mayBeGrouped(i: number, groups: number): boolean {
  const first = sizes[i]!;
  if (first >= DIGITS_MIN) return true;
  if (i + 1 >= groups) return false;
  const second = sizes[i + 1]!;
  if (first === 6) return second >= 7;
  if (first === 8) return second >= 8;
  if (first === 5) return second === 5;
  return first === 4 && (second === 4 || second === 6);
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
