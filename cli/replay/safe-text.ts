import { cellsIn, cellsOf } from '../../base/cells.ts';

/**
 * Recorded text for a terminal. What a database or a client wrote may hold escape sequences
 * that change a terminal's title, its clipboard or what is seen; none of it reaches a terminal
 * as it is. Control characters (C0, DEL, C1), marks that turn the direction of writing, and
 * characters without width become visible escapes.
 */
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
/** What most text is, and what needs no second look. */
const PLAIN = /^[\x20-\x7e]*$/;
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** Of a UTF-16 code unit. */
const CELLS_OF_UNIT_MAX = 2;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text in one line that a terminal shows as it is. */
export function safeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(LONE_SURROGATES, '\ufffd').replace(UNSAFE, escaped);
}

/** As `safeText`, but runs of blanks and line breaks are one blank: for statements. */
export function safeLine(text: string): string {
  return safeText(text.replace(/[ \t\r\n]+/g, ' ').trim());
}

/** JSON that is safe on a terminal: what JSON leaves as it is and `safeText` would not is escaped. */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value, plain) ?? 'null';
  return json.replace(LONE_SURROGATES, '\ufffd').replace(UNSAFE, jsonEscaped);
}

/** Text cut to `cellsMax` cells, with an ellipsis where something was cut. */
export function cut(text: string, cellsMax: number): string {
  if (text.length * CELLS_OF_UNIT_MAX <= cellsMax || cellsIn(text) <= cellsMax) return text;
  let cells = 1;
  let end = 0;
  for (const character of text) {
    cells += cellsOf(character.codePointAt(0)!);
    if (cells > cellsMax) break;
    end += character.length;
  }
  return cellsMax < 1 ? '' : `${text.slice(0, end)}…`;
}

/** Text with blanks behind it, so that it takes `cells` cells. */
export function padded(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellsIn(text)));
}

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function jsonEscaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Bytes as base64 under `$bytes`, whole numbers beyond JSON's as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (isBytesAsJson(value)) return { $bytes: Buffer.from(value.data).toString('base64') };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  return value;
}

/** A Buffer has turned itself into this before the replacer sees it. */
function isBytesAsJson(value: unknown): value is { readonly data: number[] } {
  const shape = value as { type?: unknown; data?: unknown } | null;
  return typeof shape === 'object' && shape !== null && shape.type === 'Buffer' && Array.isArray(shape.data);
}
