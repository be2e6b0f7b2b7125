/**
 * How many cells a character takes on a terminal: 0 for what joins the one before, 2 for East Asian
 * wide ones and for pictures, else 1. Unicode Standard Annex 11 and Emoji_Presentation, where the C
 * library's `wcwidth` counts so too: by it programs place what they draw. The one table for the screen
 * that is played and for the one on which numbers are looked for.
 */

/** What a table holds for halves of a surrogate pair and for controls, which are no characters. */
export const NOT_ONE_UNIT = 3;

/** First and last code points of characters that take two cells, beside pictures. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0x303e], [0x3041, 0xa4cf],
  [0xa960, 0xa97c], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6f], [0xff01, 0xff60],
  [0xffe0, 0xffe6], [0x16fe0, 0x16fe3], [0x16ff0, 0x16ff1], [0x17000, 0x18cd5], [0x18d00, 0x18d08],
  [0x1aff0, 0x1aff3], [0x1aff5, 0x1affb], [0x1affd, 0x1affe], [0x1b000, 0x1b2fb], [0x1f200, 0x1f202],
  [0x1f210, 0x1f23b], [0x1f240, 0x1f248], [0x1f250, 0x1f251], [0x1f260, 0x1f265],
]; // biome-ignore format: a table
const PICTURES = /\p{Emoji_Presentation}/gu;
/** Two of them are a flag of two cells. */
const FLAGS: readonly [number, number] = [0x1f1e6, 0x1f1ff];
/** Marks and format characters. */
const JOINS = /[\p{Mn}\p{Me}\p{Cf}]+/gu;
/** Format characters that are seen: the soft hyphen, and signs that stand before a number. */
const SEEN = '\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}';
/** Vowels and finals of Korean syllables in parts. */
const JAMO: readonly (readonly [number, number])[] = [[0x1160, 0x11ff], [0xd7b0, 0xd7fb]]; // biome-ignore format: a table

const TABLE_END = 0x20000;
const IDEOGRAPHS_END = 0x3fffe;
/** Tags and selectors of variants. */
const TAGS_FROM = 0xe0000;
const TAGS_END = 0xe01f0;

const TABLE: Uint8Array = tableOf();
/** Cells of each UTF-16 code unit; `NOT_ONE_UNIT` for halves of a pair and for controls. */
export const UNIT_CELLS: Uint8Array = TABLE.subarray(0, 0x10000);

/** Cells of a character that is no control: 0, 1 or 2. */
export function cellsOf(code: number): number {
  if (code < TABLE_END) return TABLE[code] === NOT_ONE_UNIT ? 1 : TABLE[code]!;
  if (code < IDEOGRAPHS_END) return 2;
  return code >= TAGS_FROM && code < TAGS_END ? 0 : 1;
}

/** Cells of a text without controls. */
export function cellsIn(text: string): number {
  let cells = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code > 0xffff) at++;
    cells += cellsOf(code);
  }
  return cells;
}

function tableOf(): Uint8Array {
  const table = new Uint8Array(TABLE_END).fill(1);
  for (const [first, last] of WIDE) table.fill(2, first, last + 1);
  let text = '';
  for (let code = 0xa0; code < TABLE_END; code += 0x100) text += charactersOf(code, code + 0x100);
  for (const [picture] of text.matchAll(PICTURES)) table[picture.codePointAt(0)!] = 2;
  table.fill(1, FLAGS[0], FLAGS[1] + 1);
  for (const [marks] of text.matchAll(JOINS)) for (const mark of marks) table[mark.codePointAt(0)!] = 0;
  for (const sign of SEEN) table[sign.codePointAt(0)!] = 1;
  for (const [first, last] of JAMO) table.fill(0, first, last + 1);
  table.fill(NOT_ONE_UNIT, 0, 0x20);
  table.fill(NOT_ONE_UNIT, 0x7f, 0xa0);
  return table.fill(NOT_ONE_UNIT, 0xd800, 0xe000);
}

/** All in [from, to) but halves of pairs. */
function charactersOf(from: number, to: number): string {
  const codes: number[] = [];
  for (let code = from; code < Math.min(to, TABLE_END); code++)
    if (code < 0xd800 || code >= 0xe000) codes.push(code);
  return String.fromCodePoint(...codes);
}
