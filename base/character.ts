import type { Bytes } from './bytes.ts';

/**
 * One character as a text may spell it, for detectors that read through escapes and masks that
 * write over them in the same spelling. Plain ASCII; `%34` (RFC 3986 2.1); `\u0034` and `\x34`
 * with one or more backslashes (RFC 8259 7, nested); `&#52;`, `&#x34;` and a few names (XML 1.0
 * 4.1, 4.6); UTF-8; ANSI control sequences (ECMA-48 5.4) as characters without width.
 *
 * A character is packed into one number, `code << 5 | length`, so that reading one allocates
 * nothing.
 */

/** The bytes end inside the character. */
export const OPEN: number = -1;

/** Longest spelling of one character that is understood, in bytes. */
export const characterBytesMax = 24;

/** What a number is made of: 0 to 9 is that digit, then separators by kind. */
export const SPACE = 10;
export const DASH = 11;
export const DOT = 12;
export const UNDERSCORE = 13;
/** No-break, thin and other typographic spaces. */
export const THIN = 14;
/** `+`, a space in form bodies. */
export const PLUS = 15;
/** Takes no room on a screen: zero-width characters, control sequences for colour. */
export const NOTHING = 16;
export const OTHER = 17;

const BACKSLASHES_MAX = 4;
/** What a control sequence stands for: U+200B ZERO WIDTH SPACE. */
const ZERO_WIDTH = 0x200b;
/** What a byte that begins no character of UTF-8 stands for. */
const REPLACEMENT = 0xfffd;

/** As `codeAt`, with the character's value for a number in place of its code point. */
export function characterAt(bytes: Bytes, at: number): number {
  const lead = at < bytes.length ? bytes[at]! : 0;
  if (lead >= 0x30 && lead <= 0x39) return ((lead - 0x30) << 5) | 1;
  const code = codeAt(bytes, at);
  return code === OPEN ? OPEN : (valueOfCode(code >> 5) << 5) | (code & 31);
}

/** The character that starts at `at`, packed; OPEN if `bytes` end before it does. */
export function codeAt(bytes: Bytes, at: number): number {
  if (at >= bytes.length) return OPEN;
  const lead = bytes[at]!;
  if (lead >= 0x80) return unicode(bytes, at, lead);
  if (lead === 0x25) return percent(bytes, at);
  if (lead === 0x5c) return backslash(bytes, at);
  if (lead === 0x26) return reference(bytes, at);
  if (lead === 0x1b) return controlSequence(bytes, at);
  return (lead << 5) | 1;
}

/** The ASCII character that two hexadecimal digits spell, packed as by `codeAt`. */
export function hexCodeAt(bytes: Bytes, at: number): number {
  const code = hexNumber(bytes, at, 2);
  return code >= 0 ? (code << 5) | 2 : code === OPEN ? OPEN : (REPLACEMENT << 5) | 1;
}

/** A code point's value for a number. */
export function valueOfCode(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x80) return valueOfUnicode(code);
  if (code === 0x20) return SPACE;
  if (code === 0x2d) return DASH;
  if (code === 0x2e) return DOT;
  if (code === 0x5f) return UNDERSCORE;
  return code === 0x2b ? PLUS : OTHER;
}

function valueOfUnicode(code: number): number {
  if (code >= 0x660 && code <= 0x669) return code - 0x660;
  if (code >= 0x6f0 && code <= 0x6f9) return code - 0x6f0;
  if (code >= 0xff10 && code <= 0xff19) return code - 0xff10;
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xff0d) return DASH;
  if (code === 0xa0 || code === 0x202f || code === 0x205f || code === 0x3000) return THIN;
  if (code >= 0x2000 && code <= 0x200a) return THIN;
  return isNothing(code) ? NOTHING : OTHER;
}

/** Zero-width and direction characters, soft hyphen, byte order mark. */
function isNothing(code: number): boolean {
  if (code >= 0x200b && code <= 0x200f) return true;
  if (code >= 0x202a && code <= 0x202e) return true;
  if (code >= 0x2060 && code <= 0x2069) return true;
  return code === 0xfeff || code === 0xad;
}

/** `%XX`, and the UTF-8 sequences that are spelled so. */
function percent(bytes: Bytes, at: number): number {
  const first = percentByte(bytes, at);
  if (first < 0) return first === OPEN ? OPEN : (0x25 << 5) | 1;
  if (first < 0x80) return (first << 5) | 3;
  const size = sizeOf(first);
  let code = first & (0x3f >> (size - 1));
  for (let i = 1; i < size; i++) {
    const next = percentByte(bytes, at + 3 * i);
    if (next === OPEN) return OPEN;
    if (next < 0x80 || next > 0xbf) return (REPLACEMENT << 5) | 3;
    code = (code << 6) | (next & 0x3f);
  }
  return ((size === 1 ? REPLACEMENT : code) << 5) | (3 * size);
}

/** The byte that `%XX` at `at` spells; OPEN at the end; -2 if it is no such escape. */
function percentByte(bytes: Bytes, at: number): number {
  if (at >= bytes.length) return OPEN;
  return bytes[at] === 0x25 ? hexNumber(bytes, at + 1, 2) : -2;
}

/** `\u0034`, `\x34`, and the same with more backslashes from nested quoting. */
function backslash(bytes: Bytes, at: number): number {
  let letter = at + 1;
  while (letter < bytes.length && bytes[letter] === 0x5c && letter - at < BACKSLASHES_MAX) letter++;
  if (letter >= bytes.length) return OPEN;
  const kind = bytes[letter]!;
  const digits = kind === 0x75 ? 4 : kind === 0x78 ? 2 : 0;
  if (digits === 0) return (0x5c << 5) | 1;
  const code = hexNumber(bytes, letter + 1, digits);
  if (code < 0) return code === OPEN ? OPEN : (0x5c << 5) | 1;
  return (code << 5) | (letter - at + 1 + digits);
}

const NAMED: readonly (readonly [name: string, code: number])[] = [
  ['nbsp;', 0xa0],
  ['quot;', 0x22],
  ['amp;', 0x26],
  ['gt;', 0x3e],
  ['lt;', 0x3c],
];

/** `&#52;`, `&#x34;`, `&nbsp;`. */
function reference(bytes: Bytes, at: number): number {
  if (at + 1 >= bytes.length) return OPEN;
  return bytes[at + 1] === 0x23 ? numericReference(bytes, at) : namedReference(bytes, at);
}

function numericReference(bytes: Bytes, at: number): number {
  if (at + 2 >= bytes.length) return OPEN;
  const hex = (bytes[at + 2]! | 0x20) === 0x78;
  const from = at + (hex ? 3 : 2);
  let code = 0;
  for (let i = from; i < at + 10; i++) {
    if (i >= bytes.length) return OPEN;
    if (bytes[i] === 0x3b && i > from) return ((code > 0x10ffff ? REPLACEMENT : code) << 5) | (i - at + 1);
    const digit = hexDigit(bytes[i]!);
    if (digit < 0 || (!hex && digit > 9)) break;
    code = code * (hex ? 16 : 10) + digit;
  }
  return (0x26 << 5) | 1;
}

function namedReference(bytes: Bytes, at: number): number {
  for (const [name, code] of NAMED) {
    let i = 0;
    while (i < name.length && bytes[at + 1 + i] === name.charCodeAt(i)) i++;
    if (i === name.length) return (code << 5) | (i + 1);
    if (at + 1 + i >= bytes.length) return OPEN;
  }
  return (0x26 << 5) | 1;
}

/** CSI: ESC `[`, parameter and intermediate bytes, one final byte. */
function controlSequence(bytes: Bytes, at: number): number {
  if (at + 1 >= bytes.length) return OPEN;
  if (bytes[at + 1] !== 0x5b) return (0x1b << 5) | 1;
  for (let i = at + 2; i < at + characterBytesMax; i++) {
    if (i >= bytes.length) return OPEN;
    const byte = bytes[i]!;
    if (byte >= 0x40 && byte <= 0x7e) return (ZERO_WIDTH << 5) | (i - at + 1);
    if (byte < 0x20 || byte > 0x3f) break;
  }
  return (0x1b << 5) | 1;
}

/** A sequence of UTF-8 (RFC 3629 3) of two or three bytes; other bytes stand for themselves alone. */
function unicode(bytes: Bytes, at: number, lead: number): number {
  const size = sizeOf(lead);
  let code = lead & (0x3f >> (size - 1));
  for (let i = 1; i < size; i++) {
    if (at + i >= bytes.length) return OPEN;
    const next = bytes[at + i]!;
    if (next < 0x80 || next > 0xbf) return (REPLACEMENT << 5) | 1;
    code = (code << 6) | (next & 0x3f);
  }
  return ((size === 1 ? REPLACEMENT : code) << 5) | size;
}

function sizeOf(lead: number): number {
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
}

/**
 * The character that ends right before `at`, packed as by `characterAt`; OTHER of length 0 at
 * the start. Nothing before `floor` is looked at.
 */
export function characterBefore(bytes: Bytes, at: number, floor: number): number {
  if (at <= floor) return OTHER << 5;
  const last = bytes[at - 1]!;
  const start = last >= 0x30 ? escapeStart(bytes, at, last, floor) : -1;
  if (start >= 0) return characterAt(bytes, start);
  return ((last < 0x80 ? valueOfCode(last) : OTHER) << 5) | 1;
}

/** The digit right before `at` is the last of an escape that spells no digit: `%22`, `\u0020`. */
export function endsEscape(bytes: Bytes, at: number): boolean {
  if (at < 3 || (bytes[at - 3] !== 0x25 && bytes[at - 3] !== 0x78 && bytes[at - 5] !== 0x75)) return false;
  const character = characterBefore(bytes, at, Math.max(0, at - characterBytesMax));
  return (character & 31) > 1 && character >> 5 >= SPACE;
}

/** Where the escape or sequence that ends with `last` right before `at` starts; -1 if none does. */
function escapeStart(bytes: Bytes, at: number, last: number, floor: number): number {
  if (last >= 0x80)
    return ended(bytes, at - 2, at, floor) ? at - 2 : ended(bytes, at - 3, at, floor) ? at - 3 : -1;
  if (last === 0x3b) return startedBy(bytes, at, floor, 0x26);
  if (hexDigit(last) >= 0) {
    const start = hexEscapeStart(bytes, at, floor);
    if (start >= 0) return start;
  }
  return last >= 0x40 && at - 2 >= floor && isParameter(bytes[at - 2]!)
    ? startedBy(bytes, at, floor, 0x1b)
    : -1;
}

/** `%34`, `\x34` or `\u0034` with all its backslashes. */
function hexEscapeStart(bytes: Bytes, at: number, floor: number): number {
  if (at - 3 < floor) return -1;
  if (bytes[at - 3] === 0x25) return percentStart(bytes, at, floor);
  const letter = bytes[at - 3] === 0x78 ? at - 3 : at - 5 >= floor && bytes[at - 5] === 0x75 ? at - 5 : floor;
  if (letter <= floor || bytes[letter - 1] !== 0x5c) return -1;
  let start = letter - 1;
  while (start > floor && bytes[start - 1] === 0x5c && letter - start < BACKSLASHES_MAX) start--;
  return ended(bytes, start, at, floor) ? start : -1;
}

/** The start of one character of UTF-8 in one to three `%XX`. */
function percentStart(bytes: Bytes, at: number, floor: number): number {
  for (let start = at - 9; start <= at - 3; start += 3) if (ended(bytes, start, at, floor)) return start;
  return -1;
}

/** A character of more than one byte starts at `start` and ends before `at`. */
function ended(bytes: Bytes, start: number, at: number, floor: number): boolean {
  if (start < floor) return false;
  const code = codeAt(bytes, start);
  return code !== OPEN && (code & 31) > 1 && start + (code & 31) === at;
}

/** The nearest `lead` before `at` if its character ends there. */
function startedBy(bytes: Bytes, at: number, floor: number, lead: number): number {
  const from = Math.max(floor, at - characterBytesMax);
  for (let start = at - 2; start >= from; start--)
    if (bytes[start] === lead) return ended(bytes, start, at, floor) ? start : -1;
  return -1;
}

/** What may stand before the final byte of a control sequence. */
function isParameter(byte: number): boolean {
  return byte === 0x5b || (byte >= 0x20 && byte <= 0x3f);
}

/** The number that `digits` hexadecimal digits spell; OPEN at the end of bytes; -2 if one is none. */
export function hexNumber(bytes: Bytes, at: number, digits: number): number {
  let number = 0;
  for (let i = at; i < at + digits; i++) {
    if (i >= bytes.length) return OPEN;
    const digit = hexDigit(bytes[i]!);
    if (digit < 0) return -2;
    number = number * 16 + digit;
  }
  return number;
}

/** The value of an ASCII hexadecimal digit; -1 if it is none. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
