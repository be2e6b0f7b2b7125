import type { Bytes } from './bytes.ts';

/**
 * One character as a text may spell it, for detectors that read numbers through escapes and
 * masks that write over them in the same spelling. Plain ASCII; `%34` (RFC 3986 2.1); `\u0034`
 * and `\x34` with one or more backslashes (RFC 8259 7, nested); `&#52;` and `&#x34;` (XML 1.0
 * 4.1); full-width and Arabic-Indic digits, Unicode spaces, dashes and zero-width characters in
 * UTF-8; ANSI control sequences (ECMA-48 5.4) as nothing at all.
 *
 * A character is packed into one number, `value << 5 | length`, so that reading one allocates
 * nothing: value 0 to 9 is that digit.
 */
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
/** The bytes end inside the character. */
export const OPEN: number = -1;

/** Longest spelling of one character that is understood, in bytes. */
export const characterBytesMax = 24;

const BACKSLASHES_MAX = 4;

/** The character that starts at `at`, packed; OPEN if `bytes` end before it does. */
export function characterAt(bytes: Bytes, at: number): number {
  if (at >= bytes.length) return OPEN;
  const lead = bytes[at]!;
  if (lead >= 0x30 && lead <= 0x39) return ((lead - 0x30) << 5) | 1;
  if (lead < 0x80) {
    if (lead === 0x25) return percent(bytes, at);
    if (lead === 0x5c) return backslash(bytes, at);
    if (lead === 0x26) return reference(bytes, at);
    if (lead === 0x1b) return controlSequence(bytes, at);
    return (valueOfCode(lead) << 5) | 1;
  }
  return unicode(bytes, at, lead);
}

/** The value of a character by its code point. */
function valueOfCode(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  switch (code) {
    case 0x20:
      return SPACE;
    case 0x2d:
      return DASH;
    case 0x2e:
      return DOT;
    case 0x5f:
      return UNDERSCORE;
    case 0x2b:
      return PLUS;
    default:
      return code < 0x80 ? OTHER : valueOfUnicode(code);
  }
}

function valueOfUnicode(code: number): number {
  if (code >= 0x660 && code <= 0x669) return code - 0x660;
  if (code >= 0x6f0 && code <= 0x6f9) return code - 0x6f0;
  if (code >= 0xff10 && code <= 0xff19) return code - 0xff10;
  if (code >= 0x2010 && code <= 0x2015) return DASH;
  if (code === 0x2212 || code === 0xff0d) return DASH;
  if (code === 0xa0 || code === 0x202f || code === 0x205f || code === 0x3000) return THIN;
  if (code >= 0x2000 && code <= 0x200a) return THIN;
  if (code >= 0x200b && code <= 0x200f) return NOTHING;
  if (code >= 0x202a && code <= 0x202e) return NOTHING;
  if (code >= 0x2060 && code <= 0x2069) return NOTHING;
  if (code === 0xfeff || code === 0xad || code === 0x61c) return NOTHING;
  return OTHER;
}

/** `%XX`, and the UTF-8 sequences that are spelled so. */
function percent(bytes: Bytes, at: number): number {
  const first = percentByte(bytes, at);
  if (first < 0) return first === OPEN ? OPEN : (OTHER << 5) | 1;
  if (first < 0x80) return (valueOfCode(first) << 5) | 3;
  const size = first >= 0xe0 ? 3 : 2;
  let code = first >= 0xe0 ? first & 0x0f : first & 0x1f;
  for (let i = 1; i < size; i++) {
    const next = percentByte(bytes, at + 3 * i);
    if (next === OPEN) return OPEN;
    if (next < 0x80 || next > 0xbf) return (OTHER << 5) | 3;
    code = (code << 6) | (next & 0x3f);
  }
  return (valueOfCode(code) << 5) | (3 * size);
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
  if (digits === 0) return (OTHER << 5) | 1;
  const code = hexNumber(bytes, letter + 1, digits);
  if (code === OPEN) return OPEN;
  if (code < 0) return (OTHER << 5) | 1;
  return (valueOfCode(code) << 5) | (letter - at + 1 + digits);
}

/** `&#52;`, `&#x34;`, `&nbsp;`. */
function reference(bytes: Bytes, at: number): number {
  if (at + 1 >= bytes.length) return OPEN;
  if (bytes[at + 1] === 0x6e) return noBreakSpace(bytes, at);
  if (bytes[at + 1] !== 0x23) return (OTHER << 5) | 1;
  if (at + 2 >= bytes.length) return OPEN;
  const hex = (bytes[at + 2]! | 0x20) === 0x78;
  let code = 0;
  for (let i = at + (hex ? 3 : 2); i < at + 10; i++) {
    if (i >= bytes.length) return OPEN;
    if (bytes[i] === 0x3b) return (valueOfCode(code) << 5) | (i - at + 1);
    const digit = hexDigit(bytes[i]!);
    if (digit < 0 || (!hex && digit > 9)) break;
    code = code * (hex ? 16 : 10) + digit;
  }
  return (OTHER << 5) | 1;
}

const NBSP = [0x26, 0x6e, 0x62, 0x73, 0x70, 0x3b] as const;

function noBreakSpace(bytes: Bytes, at: number): number {
  for (let i = 1; i < NBSP.length; i++) {
    if (at + i >= bytes.length) return OPEN;
    if (bytes[at + i] !== NBSP[i]) return (OTHER << 5) | 1;
  }
  return (THIN << 5) | NBSP.length;
}

/** CSI: ESC `[`, parameter and intermediate bytes, one final byte. */
function controlSequence(bytes: Bytes, at: number): number {
  if (at + 1 >= bytes.length) return OPEN;
  if (bytes[at + 1] !== 0x5b) return (OTHER << 5) | 1;
  for (let i = at + 2; i < at + characterBytesMax; i++) {
    if (i >= bytes.length) return OPEN;
    const byte = bytes[i]!;
    if (byte >= 0x40 && byte <= 0x7e) return (NOTHING << 5) | (i - at + 1);
    if (byte < 0x20 || byte > 0x3f) break;
  }
  return (OTHER << 5) | 1;
}

function unicode(bytes: Bytes, at: number, lead: number): number {
  const size = lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
  if (size === 1) return (OTHER << 5) | 1;
  let code = size === 3 ? lead & 0x0f : lead & 0x1f;
  for (let i = 1; i < size; i++) {
    if (at + i >= bytes.length) return OPEN;
    const next = bytes[at + i]!;
    if (next < 0x80 || next > 0xbf) return (OTHER << 5) | 1;
    code = (code << 6) | (next & 0x3f);
  }
  return (valueOfUnicode(code) << 5) | size;
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

/**
 * The character that ends right before `at`, packed as by `characterAt`; OTHER of length 0 at
 * the start. Nothing before `floor` is looked at.
 */
export function characterBefore(bytes: Bytes, at: number, floor: number): number {
  if (at <= floor) return OTHER << 5;
  const last = bytes[at - 1]!;
  const from = Math.max(floor, at - characterBytesMax);
  if (last >= 0x80 || last === 0x3b || hexDigit(last) >= 0 || (last >= 0x40 && last <= 0x7e)) {
    for (let lead = at - 2; lead >= from; lead--) {
      if (!isLead(bytes[lead]!)) continue;
      const character = characterAt(bytes, lead);
      if (character !== OPEN && lead + (character & 31) === at) return widest(bytes, lead, at, from);
    }
  }
  return last < 0x80 ? (valueOfCode(last) << 5) | 1 : (OTHER << 5) | 1;
}

/** Takes in the backslashes before an escape that was found by its last one. */
function widest(bytes: Bytes, lead: number, at: number, from: number): number {
  let start = lead;
  if (bytes[lead] === 0x5c)
    while (start > from && bytes[start - 1] === 0x5c && lead - start < BACKSLASHES_MAX - 1) start--;
  const character = characterAt(bytes, start);
  return start + (character & 31) === at ? character : characterAt(bytes, lead);
}

function isLead(byte: number): boolean {
  return byte === 0x25 || byte === 0x5c || byte === 0x26 || byte === 0x1b || byte >= 0xc2;
}

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
