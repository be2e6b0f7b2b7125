import type { Bytes } from '../../base/bytes.ts';
import { hexDigit } from '../../base/character.ts';

/** Tags of EMV Book 3 Annex A that hold plain values, and the common ones of the payment systems. */
const TAGS =
  '42 4F 50 56 57 5A 5F20 5F24 5F25 5F28 5F2A 5F2D 5F30 5F34 5F36 5F50 5F53 5F54 5F55 5F56 71 72 81 82 83 84 86 87 88 ' +
  '89 8A 8C 8D 8E 8F 90 91 92 93 94 95 97 98 99 9A 9B 9C 9D 9F01 9F02 9F03 9F04 9F05 9F06 9F07 9F08 9F09 9F0B 9F0D ' +
  '9F0E 9F0F 9F10 9F11 9F12 9F13 9F14 9F15 9F16 9F17 9F18 9F1A 9F1B 9F1C 9F1D 9F1E 9F1F 9F20 9F21 9F22 9F23 9F26 ' +
  '9F27 9F2D 9F2E 9F2F 9F32 9F33 9F34 9F35 9F36 9F37 9F38 9F39 9F3A 9F3B 9F3C 9F3D 9F40 9F41 9F42 9F43 9F44 9F45 ' +
  '9F46 9F47 9F48 9F49 9F4A 9F4B 9F4C 9F4D 9F4E 9F4F 9F53 9F5A 9F5B 9F5D 9F66 9F6B 9F6C 9F6E 9F7C DF';

const known: ReadonlySet<number> = new Set(TAGS.split(' ').map((tag) => Number.parseInt(tag, 16)));

/** Hexadecimal digits of tag, length and value of the known tag at `at`; 0 if there is none. */
export function tagLengthAt(bytes: Bytes, at: number): number {
  const first = byteAt(bytes, at);
  const two = (first & 0x1f) === 0x1f;
  const tag = two ? first * 256 + byteAt(bytes, at + 2) : first;
  if (first < 0 || !known.has(tag)) return 0;
  const head = two ? 4 : 2;
  const length = byteAt(bytes, at + head);
  return length < 0 || length > 0x7f ? 0 : head + 2 + 2 * length;
}

function byteAt(bytes: Bytes, at: number): number {
  const high = hexDigit(bytes[at] ?? 0);
  const low = hexDigit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}
