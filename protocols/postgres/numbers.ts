/** Numbers as decimal text, as far as they could be a card number, and back. */

import { int16At, int32At, putInt16, uint32At } from '../../base/binary.ts';
import { type Bytes, NO_BYTES, text, utf8 } from '../../base/bytes.ts';
import { Form } from './types.ts';

/** Twelve digits: no shorter number is searched. */
const LEAST = 1e11;

/** A number's digits: what stands in text, the absolute value of a binary one; empty if it is too short. */
export function numberText(cell: Bytes, form: Form): Bytes {
  if (form === Form.int8) return int8Text(cell);
  if (form === Form.float8) return float8Text(cell);
  return form === Form.numeric ? numericText(cell) : cell;
}

/** The number with these digits in place of its own; null where its type has no such number. */
export function numberOf(digits: Bytes, cell: Bytes, form: Form): Bytes | null {
  if (form === Form.int8) return int8Of(text(digits), cell);
  if (form === Form.float8) return float8Of(text(digits), cell);
  return form === Form.numeric ? numericOf(text(digits), cell) : digits;
}

/** int8 in decimal; empty if it is too short for any finding. */
function int8Text(bytes: Bytes): Bytes {
  if (bytes.length !== 8) return NO_BYTES;
  const high = int32At(bytes, 0);
  // 1e11 = 0x17_4876E800: most values are judged by their upper half alone.
  if (high >= -0x18 && high < 0x17) return NO_BYTES;
  const low = uint32At(bytes, 4);
  const value = Math.abs(high * 0x1_0000_0000 + low);
  if (value < LEAST) return NO_BYTES;
  const digits = ((BigInt(high) << 32n) + BigInt(low)).toString();
  return utf8(digits.startsWith('-') ? digits.slice(1) : digits);
}

function int8Of(digits: string, cell: Bytes): Bytes | null {
  const value = cell[0]! < 0x80 ? BigInt(digits) : -BigInt(digits);
  if (BigInt.asIntN(64, value) !== value) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

/** float8 in decimal if it is a whole number; beyond 2^53 the digits are those that print. */
function float8Text(bytes: Bytes): Bytes {
  if (bytes.length !== 8) return NO_BYTES;
  const value = Math.abs(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0));
  return value >= LEAST && value < 1e19 && Number.isInteger(value)
    ? utf8(BigInt(value).toString())
    : NO_BYTES;
}

function float8Of(digits: string, cell: Bytes): Bytes | null {
  const value = Number(digits);
  if (BigInt(value) !== BigInt(digits)) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(cell[0]! < 0x80 ? value : -value);
  return bytes;
}

/** A number of more base-10,000 digits than this cannot be a card number in its integer part. */
const GROUPS_MAX = 6;

/**
 * numeric in decimal, its integer part: ndigits int16 | weight int16 | sign int16 | dscale int16
 * | digits int16*. Fractions are dropped: 4111111111111111.00 is found as well.
 */
function numericText(bytes: Bytes): Bytes {
  if (bytes.length < 8) return NO_BYTES;
  const count = int16At(bytes, 0);
  const weight = int16At(bytes, 2);
  if (weight < 2 || weight >= GROUPS_MAX || bytes.length !== 8 + 2 * count) return NO_BYTES;
  let digits = '';
  for (let i = 0; i <= weight; i++) {
    const group = i < count ? int16At(bytes, 8 + 2 * i) : 0;
    digits += i === 0 ? String(group) : String(group).padStart(4, '0');
  }
  return utf8(digits);
}

/** Decimals become zeros; groups that the server had left out, being zeros, are there. */
function numericOf(digits: string, cell: Bytes): Bytes {
  const groups = int16At(cell, 2) + 1;
  const bytes = new Uint8Array(8 + 2 * Math.max(groups, int16At(cell, 0)));
  bytes.set(cell.subarray(2, 8), 2);
  putInt16(bytes, 0, (bytes.length - 8) / 2);
  const padded = digits.padStart(4 * groups, '0');
  for (let i = 0; i < groups; i++) putInt16(bytes, 8 + 2 * i, Number(padded.slice(4 * i, 4 * i + 4)));
  return bytes;
}

/** numeric's digits become zeros: the value stays well-formed and of the same length. */
export function zeroNumeric(bytes: Bytes): void {
  bytes.fill(0, 8);
}
