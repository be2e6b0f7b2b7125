import type { Bytes } from '../../base/bytes.ts';
import {
  characterAt,
  hexCodeAt,
  NOTHING,
  OPEN,
  OTHER,
  SPACE,
  THIN,
  valueOfCode,
} from '../../base/character.ts';

/** Fewest and most digits of a primary account number (ISO/IEC 7812-1). */
export const digitsMin = 12;
export const digitsMax = 19;

/** Digits that are read before a number is called too long; more than any list of groups needs. */
const DIGITS_READ_MAX = 24;
/** Characters without width that are read past between two digits. */
const NOTHINGS_MAX = 3;

/** Bytes that a number may take; what is longer ends there. */
const NUMBER_BYTES_MAX = 208;

/** A number as it is spelled: its digits, where each ends, and how they are grouped. */
export interface SpelledNumber {
  /** Values 0 to 9; the first `count` are set. */
  readonly digits: Uint8Array;
  /** Offset after each digit's character. */
  readonly ends: Int32Array;
  /** Digits in each group; the first `groupCount` are set. */
  readonly sizes: Int32Array;
  count: number;
  groupCount: number;
  /** The one kind of separator between groups, as of base/character.ts; 0 if there is none. */
  separator: number;
}

/** An empty number to read into; reused, so that a candidate costs no allocation. */
export function spelledNumber(): SpelledNumber {
  return {
    digits: new Uint8Array(DIGITS_READ_MAX),
    ends: new Int32Array(DIGITS_READ_MAX),
    sizes: new Int32Array(DIGITS_READ_MAX),
    count: 0,
    groupCount: 0,
    separator: 0,
  };
}

/**
 * Reads the number that starts at `at`: groups of digits with single separators of one kind.
 * With `hex` each character is spelled by two hexadecimal digits. False if the bytes end before
 * the number is known to.
 */
export function readNumber(
  bytes: Bytes,
  at: number,
  last: boolean,
  hex: boolean,
  number: SpelledNumber,
): boolean {
  reset(number);
  let size = hex ? 0 : readPlain(bytes, at, number);
  let position = at + size;
  let between = 0;
  let nothings = 0;
  while (number.count < DIGITS_READ_MAX && position - at < NUMBER_BYTES_MAX) {
    const byte = position < bytes.length && !hex ? bytes[position]! : 0;
    if (byte >= 0x30 && byte <= 0x39 && between === 0) {
      number.digits[number.count] = byte - 0x30;
      number.ends[number.count++] = ++position;
      size++;
      continue;
    }
    const character = hex ? hexCharacterAt(bytes, position) : characterAt(bytes, position);
    if (character === OPEN && !last) return false;
    const value = character === OPEN ? OTHER : character >> 5;
    const length = character & 31;
    if (value < SPACE) {
      if (between !== 0) {
        number.separator = between;
        number.sizes[number.groupCount++] = size;
        size = 0;
        between = 0;
      }
      position += length;
      number.digits[number.count] = value;
      number.ends[number.count++] = position;
      size++;
    } else if (value === NOTHING && nothings++ < NOTHINGS_MAX * number.count) {
      position += length;
    } else if (number.count > 0 && separates(value, between, number.separator)) {
      between = value === THIN ? SPACE : value;
      position += length;
    } else break;
  }
  number.sizes[number.groupCount++] = size;
  return true;
}

/** The ASCII digits at `at`, all that most numbers have; gives their count. */
function readPlain(bytes: Bytes, at: number, number: SpelledNumber): number {
  const { digits, ends } = number;
  const max = Math.min(DIGITS_READ_MAX, bytes.length - at);
  let count = 0;
  for (; count < max; count++) {
    const digit = bytes[at + count]! - 0x30;
    if (digit < 0 || digit > 9) break;
    digits[count] = digit;
    ends[count] = at + count + 1;
  }
  number.count = count;
  return count;
}

function hexCharacterAt(bytes: Bytes, at: number): number {
  const code = hexCodeAt(bytes, at);
  return code === OPEN ? OPEN : (valueOfCode(code >> 5) << 5) | (code & 31);
}

function separates(value: number, between: number, separator: number): boolean {
  if (value >= NOTHING || between !== 0) return false;
  return separator === 0 || separator === (value === THIN ? SPACE : value);
}

function reset(number: SpelledNumber): void {
  number.count = 0;
  number.groupCount = 0;
  number.separator = 0;
}
