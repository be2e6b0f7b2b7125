/**
 * How many cells a character takes: 0 for what joins the one before, 2 for East Asian wide ones and
 * for those that are pictures (Unicode Standard Annex 11; Emoji_Presentation), else 1.
 */

/** East Asian Wide and Fullwidth below U+10000: from, to, both included. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0x303e], [0x3041, 0xa4cf], [0xa960, 0xa97c],
  [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6f], [0xff01, 0xff60],
  [0xffe0, 0xffe6],
]; // biome-ignore format: a table
const JOINS = /^(?:\p{Mn}|\p{Me}|[\u1160-\u11ff\u200b-\u200f])$/u;
const PICTURE = /^\p{Emoji_Presentation}$/u;

export const NOT_ONE_UNIT = 3;
/** Cells of each UTF-16 code unit; `NOT_ONE_UNIT` for halves of a pair and for controls. */
export const UNIT_CELLS: Uint8Array = unitCells();

function unitCells(): Uint8Array {
  const cells = new Uint8Array(65_536).fill(1);
  for (const [from, to] of WIDE) cells.fill(2, from, to + 1);
  cells.fill(NOT_ONE_UNIT, 0, 0x20);
  cells.fill(NOT_ONE_UNIT, 0x7f, 0xa0);
  cells.fill(NOT_ONE_UNIT, 0xd800, 0xe000);
  for (let unit = 0x300; unit < 0x10000; unit++)
    if (cells[unit] !== NOT_ONE_UNIT) cells[unit] = refined(unit, cells[unit]!);
  return cells;
}

function refined(unit: number, cells: number): number {
  const text = String.fromCharCode(unit);
  if (JOINS.test(text)) return 0;
  return PICTURE.test(text) ? 2 : cells;
}

/** Cells of a character beyond U+FFFF. */
export function astralCells(character: string, code: number): number {
  if (code >= 0x20000 && code < 0x3fffe) return 2;
  if (JOINS.test(character) || (code >= 0x1f3fb && code <= 0x1f3ff)) return 0;
  return PICTURE.test(character) ? 2 : 1;
}
