/** Binary numbers as decimal text, as far as they could be a card number. */

import { int16At, int32At, uint32At } from '../../base/binary.ts';
import { type Bytes, NO_BYTES, utf8 } from '../../base/bytes.ts';

/** Twelve digits: no shorter number is searched. */
const LEAST = 1e11;

/** int8 in decimal; empty if it is too short for any finding. */
export function int8Text(bytes: Bytes): Bytes {
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

/** float8 in decimal if it is a whole number; beyond 2^53 the digits are those that print. */
export function float8Text(bytes: Bytes): Bytes {
  if (bytes.length !== 8) return NO_BYTES;
  const value = Math.abs(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0));
  return value >= LEAST && value < 1e19 && Number.isInteger(value)
    ? utf8(BigInt(value).toString())
    : NO_BYTES;
}

/** A number of more base-10,000 digits than this cannot be a card number in its integer part. */
const GROUPS_MAX = 6;

/**
 * numeric in decimal, its integer part: ndigits int16 | weight int16 | sign int16 | dscale int16
 * | digits int16*. Fractions are dropped: 4111111111111111.00 is found as well.
 */
export function numericText(bytes: Bytes): Bytes {
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

/** numeric's digits become zeros: the value stays well-formed and of the same length. */
export function zeroNumeric(bytes: Bytes): void {
  bytes.fill(0, 8);
}
