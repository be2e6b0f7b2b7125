import { iinRows } from '../pan/iin.ts';
import { endings, fieldEndings, partEnding } from './endings.ts';

/** What the prefilter has to know of a byte, as bits. The kernel and its twin share these tables. */
export const DIGIT = 1;
/** Space, dash, plus. */
export const SEPARATOR = 2;
/** Dot, underscore, and what shares their bits: separators four to six digits apart. */
export const DOTTED = 4;
export const ASSIGNER = 8;
/** Begins a character in some other spelling. */
export const ESCAPE = 16;
/** May stand between a key and its assigner, and between that and the value. */
export const GAP = 32;
export const classes: Uint8Array = new Uint8Array(256);
classify('0123456789', DIGIT);
classify(' -+', SEPARATOR);
classify('._/^', DOTTED);
classify('=:>', ASSIGNER);
classify('%&\\\x1b\xc2\xd9\xdb\xe2\xe3\xef', ESCAPE);
classify(' \t"\'\\`])#', GAP);

function classify(characters: string, bit: number): void {
  for (const character of characters) classes[character.charCodeAt(0)]! |= bit;
}

/** A run of digits behind such a byte is no later part of anything. */
export const BEFORE = 1;
/** A run of digits before such a byte is no earlier part of anything. */
export const AFTER = 2;
/** A byte of binary framing. */
export const FRAMING = 4;

/** What the prefilter has to know of the bytes beside a run of digits. */
export const sides: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => sideOf(byte));

function sideOf(byte: number): number {
  const character = String.fromCharCode(byte);
  if (byte >= 0x80 || byte === 0x1b || /[0-9A-Fa-f%]/.test(character)) return 0;
  const before = /[;\\uxUX]/.test(character) ? 0 : BEFORE;
  const after = character === '=' || character === '^' ? 0 : AFTER;
  return before | after | (byte < 0x20 && !/\s/.test(character) ? FRAMING : 0);
}

/** 1 for a byte that the way from an assigner back to its key may go on from. */
export const gaps: Uint8Array = classes.map((kind, byte) =>
  (kind & GAP) !== 0 || byte === 0x3d || byte === 0x3b ? 1 : 0,
);

/** 1 for the first two digits, as a number, of brands that give numbers without check digits. */
export const exempts: Uint8Array = new Uint8Array(256);
for (const { luhn, prefixes } of iinRows) if (!luhn) exempt(prefixes);

function exempt(prefixes: string): void {
  for (const range of prefixes.split(' ')) {
    const [first, last = first] = range.split('-') as [string, string?];
    exempts.fill(1, Number(first.padEnd(2, '0').slice(0, 2)), Number(last.padEnd(2, '9').slice(0, 2)) + 1);
  }
}

/** First bytes of escapes, one bit each kind. */
export const escapeFirsts: Uint8Array = new Uint8Array(256);
/** By their second byte, the kinds that may spell a digit or an assigner ... */
export const escapeAlways: Uint8Array = new Uint8Array(256);
/** ... and those that may spell a separator, or nothing. */
export const escapeBehindDigit: Uint8Array = new Uint8Array(256);
const ARABIC = Array.from({ length: 26 }, (_, i) => String.fromCharCode(0xa0 + i)).join('');
describe('%', '3DEde', '25Cc');
describe('\\', 'ux\\', '');
describe('&', '#g', 'n');
describe('\x1b', '', '[');
describe('\xc2', '', '\xa0\xad');
describe('\xe2\xe3', '', '\x80\x81\x88');
describe('\xef', '\xbc', '\xbb');
describe('\xd9\xdb', ARABIC, '');

function describe(firsts: string, always: string, behindDigit: string): void {
  const bit = 1 << new Set(escapeFirsts).size;
  for (const first of firsts) escapeFirsts[first.charCodeAt(0)] = bit >> 1;
  for (const second of always) escapeAlways[second.charCodeAt(0)]! |= bit >> 1;
  for (const second of behindDigit) escapeBehindDigit[second.charCodeAt(0)]! |= bit >> 1;
}

/** One bit for each three characters, by the low five bits of each, that may end a key or follow one. */
export const endingBits: Uint8Array = new Uint8Array(1 << 12);
// And what may stand between such a name and its value: ` is` in a sentence, `";s:3:` of PHP; or before it.
for (const ending of [...endings, partEnding, ' is', 's:3', 's:4', '";i']) {
  const index = indexOf(ending.charCodeAt(0), ending.charCodeAt(1), ending.charCodeAt(2));
  endingBits[index >> 3]! |= 1 << (index & 7);
}

function indexOf(one: number, two: number, three: number): number {
  return ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);
}

/** One bit for each two letters, by their low five bits, that may end the name of a card field. */
export const fieldBits: Uint8Array = new Uint8Array(1 << 7);
for (const ending of fieldEndings) {
  const index = indexOf(0, ending.charCodeAt(0), ending.charCodeAt(1));
  fieldBits[index >> 3]! |= 1 << (index & 7);
}

/** False if a name that ends with these two bytes is no card field's; true where they are no letters. */
export function mayEndField(one: number, two: number): boolean {
  if (!isLetter(one) || !isLetter(two)) return true;
  const index = indexOf(0, one, two);
  return ((fieldBits[index >> 3]! >> (index & 7)) & 1) !== 0;
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

/** True if a name that ends at `at` may be one of a code or a PIN. */
export function endsKey(bytes: Uint8Array, at: number): boolean {
  if (at < 3) return false;
  const one = bytes[at - 3]!;
  const two = bytes[at - 2]!;
  const three = bytes[at - 1]!;
  if (three < 0x40 && three !== 0x32) return false;
  const index = indexOf(one, two, three);
  return (one & two & 0x40) !== 0 && ((endingBits[index >> 3]! >> (index & 7)) & 1) !== 0;
}
