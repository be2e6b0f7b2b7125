/**
 * JSON in lines (NDJSON, JSON Lines, and pretty-printed JSON with a value on its key's line):
 * values under a key that a column rule names are covered in place. Reads each line on its own:
 * a value is a string, a number, `true`, `false`, `null`, or a list of them.
 */
import { type Bytes, equal, keep } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import type { Finding, Place } from '../../base/finding.ts';

const [QUOTE, BACKSLASH, COLON, NEWLINE] = [0x22, 0x5c, 0x3a, 0x0a];
const [OPEN_LIST, CLOSE_LIST, COMMA, OPEN_MAP] = [0x5b, 0x5d, 0x2c, 0x7b];
const NAME_BYTES_MAX = 256;
/** Lists in lists under one key. */
const DEPTH_MAX = 64;

/** Covers what the rules name in `bytes[from .. to)`, which begins and ends at lines. */
export function coverKeys(
  bytes: Bytes,
  part: { readonly from: number; readonly to: number },
  cleaner: Cleaner,
  report: (finding: Finding) => void,
): void {
  let at = part.from;
  while (at < part.to) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0 || quote >= part.to) return;
    const end = stringEnd(bytes, quote, part.to);
    const colon = skipSpace(bytes, end, part.to);
    at = end;
    if (bytes[colon] !== COLON || colon >= part.to) continue;
    const name = nameOf(bytes, quote + 1, end - 1);
    const rule = name === '' ? null : cleaner.column(name, '');
    at = rule ? coverValue({ bytes, to: part.to, cleaner, report, rule, name }, colon + 1) : colon + 1;
  }
}

interface Cover {
  readonly bytes: Bytes;
  readonly to: number;
  readonly cleaner: Cleaner;
  readonly report: (finding: Finding) => void;
  readonly rule: ColumnRule;
  readonly name: string;
}

/** Covers the value that starts after a colon; gives the offset after it. */
function coverValue(cover: Cover, from: number): number {
  const { bytes, to } = cover;
  let depth = 0;
  let at = skipSpace(bytes, from, to);
  while (at < to && depth <= DEPTH_MAX) {
    const byte = bytes[at]!;
    if (byte === OPEN_MAP || byte === NEWLINE) return at;
    if (byte === OPEN_LIST) depth++;
    if (byte === CLOSE_LIST) depth--;
    if (byte === OPEN_LIST || byte === CLOSE_LIST || byte === COMMA) at++;
    else at = coverScalar(cover, at);
    if (depth <= 0) return at;
    at = skipSpace(bytes, at, to);
  }
  return at;
}

function coverScalar(cover: Cover, from: number): number {
  const { bytes, to } = cover;
  if (bytes[from] === QUOTE) {
    const end = stringEnd(bytes, from, to);
    put(cover, from + 1, end - 1, 'verbatim');
    return end;
  }
  let end = from;
  while (end < to && isNumber(bytes[end]!)) end++;
  if (end > from) put(cover, from, end, 'number');
  return end > from ? end : from + 1;
}

/** A mask that has another length is cut or filled with `*`: the line's other bytes stay in place. */
function put(
  { bytes, cleaner, rule, name, report }: Cover,
  from: number,
  to: number,
  form: Place['form'],
): void {
  if (to <= from) return;
  const value = bytes.subarray(from, to);
  const before = keep(value);
  const mask = cleaner.cover(keep(value), rule, { name, kind: 'cell', form });
  if (mask !== null && mask.length === value.length) value.set(mask);
  else value.fill(form === 'number' ? 0x30 : 0x2a);
  if (form === 'number' && value.length > 1 && value[0] === 0x30) value[0] = 0x31;
  if (!equal(before, value)) report({ kind: rule.kind, from, to, reason: 'column' });
}

/** The offset after a string's closing quote; `to` if it is not closed before. */
function stringEnd(bytes: Bytes, quote: number, to: number): number {
  let at = quote + 1;
  while (at < to) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === NEWLINE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return to;
}

function nameOf(bytes: Bytes, from: number, to: number): string {
  if (to <= from || to - from > NAME_BYTES_MAX) return '';
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

/** Blanks, but not line breaks. */
function skipSpace(bytes: Bytes, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d)) at++;
  return at;
}

function isNumber(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 32) === 0x65
  );
}
