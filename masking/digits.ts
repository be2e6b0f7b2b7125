import { type Bytes, keep } from '../base/bytes.ts';
import { characterAt } from '../base/character.ts';
import { writeCharacter } from '../base/spelling.ts';

/** Most digits that a number in plain spelling has; a longer row of digits is hex of ASCII. */
const DIGITS_MAX = 19;
const ASTERISK = 0x2a;

/** Where each digit of a spelled number stands. */
export interface Digits {
  /** Offset of each digit's character. */
  readonly offsets: readonly number[];
  /** Bytes of each digit's character. */
  readonly lengths: readonly number[];
  readonly values: readonly number[];
}

/** The digits in `text`, which is one number as it is spelled. */
export function digitsOf(text: Bytes): Digits {
  const plain = read(text, characterAt);
  return plain.values.length > DIGITS_MAX ? read(text, hexCharacterAt) : plain;
}

function read(text: Bytes, characterOf: (bytes: Bytes, at: number) => number): Digits {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const values: number[] = [];
  let at = 0;
  while (at < text.length) {
    const character = characterOf(text, at);
    const length = Math.max(1, character & 31);
    if (character >= 0 && character >> 5 < 10) {
      offsets.push(at);
      lengths.push(length);
      values.push(character >> 5);
    }
    at += length;
  }
  return { offsets, lengths, values };
}

/** Two hexadecimal digits as the ASCII character that they spell, as in `bytea`. */
function hexCharacterAt(bytes: Bytes, at: number): number {
  const digit = bytes[at] === 0x33 ? bytes[at + 1]! - 0x30 : -1;
  return digit >= 0 && digit <= 9 ? (digit << 5) | 2 : (17 << 5) | 2;
}

/** Which digits stay: the first `first` and the last `last`; none if that would leave less than two. */
export interface Kept {
  readonly first: number;
  readonly last: number;
}

/** A copy of `text` in which every digit but the kept ones is an asterisk in its own spelling. */
export function starred(text: Bytes, kept: Kept): Bytes {
  const masked = keep(text);
  const { offsets, lengths, values } = digitsOf(text);
  const { first, to } = hidden(values.length, kept);
  for (let i = first; i < to; i++) write(masked, offsets[i]!, lengths[i]!, ASTERISK);
  return masked;
}

/**
 * A copy of a number with zeros for the digits that are not kept: never greater than it was, the
 * first digit no zero unless it was one, and no valid check digit (ISO/IEC 7812-1 Annex B).
 */
export function zeroed(text: Bytes, kept: Kept): Bytes {
  const masked = keep(text);
  const { offsets, lengths, values } = digitsOf(text);
  const { first, to } = hidden(values.length, kept);
  const digits = [...values];
  for (let i = first; i < to; i++) digits[i] = i === 0 && values[0] !== 0 ? 1 : 0;
  if (passes(digits) && to > first) digits[to - 1] = digits[to - 1] === 0 ? 1 : 0;
  for (let i = first; i < to; i++) write(masked, offsets[i]!, lengths[i]!, 0x30 + digits[i]!);
  return masked;
}

function hidden(count: number, kept: Kept): { first: number; to: number } {
  if (kept.first + kept.last + 2 > count) return { first: 0, to: count };
  return { first: kept.first, to: count - kept.last };
}

function write(bytes: Bytes, at: number, length: number, code: number): void {
  const hex = length === 2 && bytes[at]! < 0x80;
  if (!hex) writeCharacter(bytes, at, length, code);
  if (hex) bytes[at] = 0x30 + (code >> 4);
  if (hex) bytes[at + 1] = code === ASTERISK ? 0x61 : code;
}

function passes(digits: readonly number[]): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = digits[digits.length - 1 - i]! * (1 + (i % 2));
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
