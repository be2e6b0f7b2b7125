import type { Bytes } from '../../base/bytes.ts';
import { codeAt, hexCodeAt, OPEN } from '../../base/character.ts';
import { issuer } from '../pan/brand.ts';
import { luhn } from '../pan/luhn.ts';

/**
 * Magnetic stripe tracks in text: ISO/IEC 7813 tracks 1 and 2, ISO/IEC 4909 track 3. Every reader
 * gives the offset after the track, 0 if there is none, OPEN if the bytes end too soon to say.
 * `hex` reads two hexadecimal digits for each character.
 */
export const NONE = 0;

const PAN_DIGITS_MIN = 12;
/** A PAN and a format code or length in front of it. */
const PAN_DIGITS_MAX = 21;
const NAME_MAX = 30;
/** Characters of track 1, of track 3. */
const TRACK1_MAX = 79;
const TRACK3_MAX = 107;
/** Bytes that a track may take in any spelling; what is longer ends here. */
export const trackBytesMax = 256;

const digits = new Uint8Array(PAN_DIGITS_MAX + 1);

/**
 * FC      'B'                    1
 * PAN     12 to 19 digits, and single blanks between them as some issuers print it
 * FS      '^'                    1
 * NAME    up to 30 characters
 * FS      '^'                    1
 * DATA    date, service code, discretionary data
 * ES      '?'                    1, may be lost
 */
export function track1End(bytes: Bytes, at: number, last: boolean, hex: boolean): number {
  let position = at;
  let count = 0;
  let length = 0;
  for (; length < TRACK1_MAX; length++) {
    const code = read(bytes, position, last, hex);
    if (code === OPEN) return OPEN;
    if (isDigit(code >> 5)) count++;
    else if (code >> 5 !== 0x20 || count === 0) break;
    position += code & 31;
  }
  if (count < PAN_DIGITS_MIN || count > PAN_DIGITS_MAX) return NONE;
  position = separatorEnd(bytes, position, last, hex, 0);
  if (position <= 0) return position;
  position = separatorEnd(bytes, position, last, hex, NAME_MAX);
  if (position <= 0) return position;
  return dataEnd(bytes, at, position, last, hex);
}

/** After the next `^`, at most `max` characters on. */
function separatorEnd(bytes: Bytes, at: number, last: boolean, hex: boolean, max: number): number {
  let position = at;
  for (let i = 0; i <= max; i++) {
    const code = read(bytes, position, last, hex);
    if (code === OPEN) return OPEN;
    position += code & 31;
    if (code >> 5 === 0x5e) return position;
    if (!isPrinted(code >> 5)) return NONE;
  }
  return NONE;
}

/** After the end sentinel, or where the alphabet of track 1 ends, without blanks at the end. */
function dataEnd(bytes: Bytes, at: number, data: number, last: boolean, hex: boolean): number {
  let position = data;
  let end = data;
  for (let i = 0; i < TRACK1_MAX && position - at < trackBytesMax - 4; i++) {
    const code = read(bytes, position, last, hex);
    if (code === OPEN) return OPEN;
    const value = code >> 5;
    if (i === 0 && !isDigit(value) && value !== 0x5e && value !== 0x3d) return NONE;
    if (value === 0x3f) return position + (code & 31);
    if (!isData(value)) break;
    position += code & 31;
    if (value !== 0x20) end = position;
  }
  return end;
}

/**
 * FC      format code            2, track 3 only
 * PAN     12 to 19 digits
 * FS      '=' or 'D'             1
 * DATA    date, service code, discretionary data: digits, further separators
 * ES      '?'                    1, may be lost
 *
 * Behind its start sentinel the form is enough; a bare track must hold a card number and a
 * month, or more digits than an assignment has.
 */
export function track2End(bytes: Bytes, at: number, last: boolean, hex: boolean, sentinel: boolean): number {
  let position = at;
  let count = 0;
  for (;;) {
    const code = read(bytes, position, last, hex);
    if (code === OPEN) return OPEN;
    const value = code >> 5;
    position += code & 31;
    if (isDigit(value) && count <= PAN_DIGITS_MAX) digits[count++] = value - 0x30;
    else if (count < PAN_DIGITS_MIN || count > PAN_DIGITS_MAX) return NONE;
    else if (value === 0x3d)
      return track2DataEnd(bytes, at, position, last, hex, sentinel ? 4 : needed(count));
    else if (!hex && (value | 0x20) === 0x64) return paddedEnd(bytes, position, last, count);
    else return NONE;
  }
}

/** Digits that must follow the separator of a bare track. */
function needed(count: number): number {
  return luhn(digits, count) && issuer(digits, count) !== 0 ? 7 : 14;
}

function track2DataEnd(
  bytes: Bytes,
  at: number,
  data: number,
  last: boolean,
  hex: boolean,
  digitsMin: number,
): number {
  let position = data;
  let count = 0;
  let month = 0;
  for (let i = 0; i < TRACK3_MAX && position - at < trackBytesMax - 4; i++) {
    const code = read(bytes, position, last, hex);
    if (code === OPEN) return OPEN;
    const value = code >> 5;
    if (isDigit(value)) {
      if (count === 2 || count === 3) month = month * 10 + value - 0x30;
      count++;
    } else if (value === 0x3f) return count >= Math.min(digitsMin, 4) ? position + (code & 31) : NONE;
    else if (value !== 0x3d || count === 0) break;
    position += code & 31;
  }
  if (count < digitsMin) return NONE;
  return digitsMin === 7 && (month < 1 || month > 12) ? NONE : position;
}

/** The form of EMV tag 57 in hexadecimal text: `D`, date, service code, data, `F` to an even count. */
function paddedEnd(bytes: Bytes, data: number, last: boolean, panDigits: number): number {
  if (!luhn(digits, panDigits) || issuer(digits, panDigits) === 0) return NONE;
  let position = data;
  while (position < bytes.length && position - data < 24 && isDigit(bytes[position]!)) position++;
  if (position === bytes.length && !last) return OPEN;
  if (position - data < 7) return NONE;
  const month = (bytes[data + 2]! - 0x30) * 10 + bytes[data + 3]! - 0x30;
  if (month < 1 || month > 12) return NONE;
  return position < bytes.length && (bytes[position]! | 0x20) === 0x66 ? position + 1 : position;
}

/** The character at `at`; past the end of the last bytes a control character that ends everything. */
function read(bytes: Bytes, at: number, last: boolean, hex: boolean): number {
  const code = hex ? hexCodeAt(bytes, at) : codeAt(bytes, at);
  return code === OPEN && last ? 0 : code;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isPrinted(code: number): boolean {
  return code >= 0x20 && code <= 0x7e && code !== 0x22;
}

/** The alphabet of track 1 but for what quotes or separates values in text. */
function isData(code: number): boolean {
  if (code < 0x20 || code > 0x5f) return false;
  return code !== 0x22 && code !== 0x26 && code !== 0x27 && code !== 0x2c && code !== 0x3c && code !== 0x5c;
}
