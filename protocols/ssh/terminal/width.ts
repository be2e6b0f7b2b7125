/**
 * How many cells a character takes on a terminal: none, one or two (Unicode Standard Annex 11,
 * as terminals have settled on it). Ranges, not single characters: what a terminal draws wider or
 * narrower than is said here moves what follows on its row by one cell in this model alone.
 */

/** First and last code points of characters that take two cells. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** First and last code points of characters that take none. */
const NARROW: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x0483, 0x0489],
  [0x0591, 0x05bd],
  [0x0610, 0x061a],
  [0x064b, 0x065f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
  [0xe0100, 0xe01ef],
];

/** Cells of a character from U+00A0 on: 0, 1 or 2. */
export function widthOf(code: number): number {
  if (code < 0x300) return 1;
  if (isWithin(NARROW, code)) return 0;
  return code >= 0x1100 && isWithin(WIDE, code) ? 2 : 1;
}

function isWithin(ranges: readonly (readonly [number, number])[], code: number): boolean {
  for (const [first, last] of ranges) if (code >= first && code <= last) return true;
  return false;
}
