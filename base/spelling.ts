import type { Bytes } from './bytes.ts';
import { hexNumber } from './character.ts';

/**
 * Writes an asterisk (0x2a) or a digit (0x30 to 0x39) over the digit's character of `length`
 * bytes at `at`, in that character's own spelling, so that the text around it stays what it was.
 */
export function writeCharacter(bytes: Bytes, at: number, length: number, code: number): void {
  const lead = bytes[at]!;
  if (length === 1) bytes[at] = code;
  else if (lead >= 0xe0) bytes[at + 2] = fullWidth(bytes, at, code);
  else if (lead >= 0x80) writeArabic(bytes, at, code);
  else if (lead === 0x26) writeReference(bytes, at, length, code);
  else if (lead === 0x25) writePercent(bytes, at, length, code);
  else
    writeNumber(
      bytes,
      length >= 6 && bytes[at + length - 5] === 0x75 ? at + length - 4 : at + length - 2,
      at + length,
      code,
      16,
    );
}

/** U+FF0A FULLWIDTH ASTERISK and U+FF10 to U+FF19 share their first two bytes. */
function fullWidth(bytes: Bytes, at: number, code: number): number {
  bytes[at] = 0xef;
  bytes[at + 1] = 0xbc;
  return code + 0x60;
}

/** U+066D ARABIC FIVE POINTED STAR, and the digits of the block that stands there. */
function writeArabic(bytes: Bytes, at: number, code: number): void {
  if (code === 0x2a) bytes[at] = 0xd9;
  bytes[at + 1] = code === 0x2a ? 0xad : code + (bytes[at] === 0xd9 ? 0x70 : 0x80);
}

function writeReference(bytes: Bytes, at: number, length: number, code: number): void {
  const hex = (bytes[at + 2]! | 0x20) === 0x78;
  writeNumber(bytes, at + (hex ? 3 : 2), at + length - 1, code, hex ? 16 : 10);
}

function writePercent(bytes: Bytes, at: number, length: number, code: number): void {
  if (length === 3) {
    writeNumber(bytes, at + 1, at + 3, code, 16);
    return;
  }
  const spelled = new Uint8Array(length / 3);
  for (let i = 0; i < spelled.length; i++) spelled[i] = hexNumber(bytes, at + 3 * i + 1, 2);
  writeCharacter(spelled, 0, spelled.length, code);
  for (let i = 0; i < spelled.length; i++)
    writeNumber(bytes, at + 3 * i + 1, at + 3 * i + 3, spelled[i]!, 16);
}

/** Writes a number with leading zeros into [from, to). */
function writeNumber(bytes: Bytes, from: number, to: number, number: number, radix: number): void {
  let rest = number;
  for (let i = to - 1; i >= from; i--) {
    const digit = rest % radix;
    bytes[i] = digit < 10 ? 0x30 + digit : 0x57 + digit;
    rest = (rest - digit) / radix;
  }
}
