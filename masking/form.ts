import type { Bytes } from '../base/bytes.ts';
import { contextBytesMax, type Finding, type Place } from '../base/finding.ts';

/** What a mask may consist of: anything, or digits. */
export type Form = 'verbatim' | 'number';

/** A list of values follows these words in SQL (ISO/IEC 9075-2 7.3, 8.4, 14.15). */
const SQL = /\b(?:values|in)\s*\((?:[^;]*[,(\s])?$|\b(?:where|set|and|or)\b[^;]*[=<>,]\s*$/i;

/**
 * The form of the mask at a finding, by what stands before it and right after: a number must stay
 * one in a numeric column, as a bare value of JSON (RFC 8259 section 6) and as a literal of SQL.
 */
export function formAt(text: Bytes, finding: Finding, place: Place): Form {
  if (place.form === 'number') return 'number';
  if (finding.spelling !== undefined || !isPlainDigits(text, finding)) return 'verbatim';
  const floor = Math.max(0, finding.from - contextBytesMax);
  const before = blanksBefore(text, finding.from, floor);
  const after = text[finding.to] ?? COMMA;
  if (place.form === 'json') return isBare(text, before, floor) && endsJson(after) ? 'number' : 'verbatim';
  return isJsonNumber(text, before, floor) || isSqlNumber(text, before, after, floor) ? 'number' : 'verbatim';
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** What values of JSON consist of outside of strings, with blanks that may be escaped. */
const bare: Uint8Array = new Uint8Array(256);
for (const character of '0123456789+-.,:eEtrufalsn\\ \t\r\n') bare[character.charCodeAt(0)] = 1;

function isPlainDigits(text: Bytes, { from, to }: Finding): boolean {
  for (let i = from; i < to; i++) if (text[i]! < 0x30 || text[i]! > 0x39) return false;
  return true;
}

/** In a JSON text: where a value may start. Inside a string this can only err towards digits. */
function isBare(text: Bytes, before: number, floor: number): boolean {
  const byte = text[before - 1];
  return before === floor || byte === COLON || byte === COMMA || byte === BRACKET || byte === 0x2d;
}

/** A number behind which a backslash stands is one of a document inside a string: `\n` ends it. */
function endsJson(byte: number): boolean {
  return byte === BACKSLASH || byte === COMMA || byte === 0x5d || byte === 0x7d || isBlank(byte);
}

/** In any text: unquoted after a quoted key and a colon, or in a list of numbers. */
function isJsonNumber(text: Bytes, before: number, floor: number): boolean {
  if (before > floor && text[before - 1] === COLON) {
    const key = blanksBefore(text, before - 1, floor);
    return key > floor && text[key - 1] === QUOTE;
  }
  const byte = text[before - 1];
  return before > floor && (byte === BRACKET || byte === COMMA) && isInList(text, before, floor);
}

/** Back from `at` there are values of JSON, as far as the bracket that opens their list. */
function isInList(text: Bytes, at: number, floor: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = at - 1; i >= floor; i--) {
    const byte = text[i]!;
    if (byte === QUOTE) quoted = !quoted;
    if (quoted || byte === QUOTE) continue;
    if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) depth++;
    else if (byte === BRACKET || byte === BRACE) {
      if (depth-- === 0) return byte === BRACKET;
    } else if (bare[byte] === 0) return false;
  }
  return false;
}

/** A literal behind a keyword of SQL, between commas, blanks and parentheses. */
function isSqlNumber(text: Bytes, before: number, after: number, floor: number): boolean {
  if (after !== COMMA && after !== 0x29 && after !== 0x3b && !isBlank(after)) return false;
  if (before === floor || !isSqlStart(text[before - 1]!)) return false;
  return SQL.test(Buffer.from(text.buffer, text.byteOffset + floor, before - floor).toString('latin1'));
}

/** `(` `,` `=` `<` `>` */
function isSqlStart(byte: number): boolean {
  return byte === 0x28 || byte === COMMA || (byte >= 0x3c && byte <= 0x3e);
}

function blanksBefore(text: Bytes, at: number, floor: number): number {
  let position = at;
  while (position > floor && (isBlank(text[position - 1]!) || isEscapedBlank(text, position, floor)))
    position -= isBlank(text[position - 1]!) ? 1 : 2;
  return position;
}

/** `\n`, `\r` or `\t` right before `at`: a blank of a document inside a string. */
function isEscapedBlank(text: Bytes, at: number, floor: number): boolean {
  const letter = text[at - 1];
  const blank = letter === 0x6e || letter === 0x72 || letter === 0x74;
  return blank && at - 2 >= floor && text[at - 2] === BACKSLASH;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
