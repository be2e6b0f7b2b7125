/**
 * CSV (RFC 4180, any delimiter) by its header: columns that a rule names are covered whole, other
 * cells are cleaned with their column's name as context. A record whose number of fields is not
 * the header's is covered whole where a rule is at work: which of its fields is which, nobody
 * knows.
 */
import { type Bytes, equal, join, keep, NO_BYTES } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import type { Finding, Place } from '../../base/finding.ts';

/** What the first record says. */
export interface CsvShape {
  readonly delimiter: number;
  readonly header: readonly string[];
}

const [QUOTE, NEWLINE, RETURN] = [0x22, 0x0a, 0x0d];
const DELIMITERS = [0x2c, 0x3b, 0x09, 0x7c];
const FIELDS_MAX = 16_384;

/** One field of a record: its content without quotes. */
interface Field {
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
}

/** The header of a text; null if its first line is no header: a name is missing or is a number. */
export function readHeader(text: Bytes): CsvShape | null {
  const line = text.subarray(0, lineEnd(text, 0));
  const delimiter = DELIMITERS.map((byte) => ({ byte, count: countOf(line, byte) })).reduce((best, next) =>
    next.count > best.count ? next : best,
  ).byte;
  const fields = readRecord(text, 0, delimiter).fields;
  const header = fields.map((field) =>
    plain(text, field)
      .replace(/^\uFEFF/, '')
      .trim(),
  );
  return header.every((name) => name !== '' && !/^[-+\d.,\s]+$/.test(name)) ? { delimiter, header } : null;
}

/** Where the records of one piece go through. */
interface Pass {
  readonly bytes: Bytes;
  readonly shape: CsvShape;
  readonly cleaner: Cleaner;
  readonly report: (finding: Finding, at: number) => void;
  /** Pieces of the result, up to `done`; empty while every mask has kept its length. */
  readonly parts: Bytes[];
  done: number;
  /** No finding starts before it. */
  hit: number;
}

/**
 * Cleans whole records, in place where masks keep the length; else what it gives is made anew.
 * `isFirst`: the first record is the header.
 */
export function cleanCsv(
  bytes: Bytes,
  shape: CsvShape,
  cleaner: Cleaner,
  options: { readonly isFirst: boolean; readonly report: (finding: Finding, at: number) => void },
): Bytes {
  const pass: Pass = { bytes, shape, cleaner, report: options.report, parts: [], done: 0, hit: 0 };
  const columns = shape.header.map((name) => columnOf(name, cleaner));
  const hasRules = columns.some(({ rule }) => rule !== null);
  const isEvery = hasRules || columns.some(({ heeded }) => heeded);
  let at = options.isFirst ? cleanRecord(pass, 0, () => UNKNOWN) : 0;
  while (at < bytes.length) {
    advance(pass, at);
    if (!isEvery) at = recordAt(bytes, at, pass.hit);
    if (at >= bytes.length) break;
    at = cleanRecord(pass, at, (i, count) =>
      hasRules && count !== columns.length ? RAGGED : (columns[i] ?? UNKNOWN),
    );
  }
  return pass.parts.length === 0 ? bytes : join([...pass.parts, bytes.subarray(pass.done)]);
}

/** Cleans the record that starts at `from`; gives the offset of the next one. */
function cleanRecord(pass: Pass, from: number, column: (i: number, count: number) => Column): number {
  const { fields, next } = readRecord(pass.bytes, from, pass.shape.delimiter);
  fields.forEach((field, i) => {
    const fresh = cleanField(pass, field, column(i, fields.length));
    if (fresh === null) return;
    pass.parts.push(pass.bytes.subarray(pass.done, field.from), fresh);
    pass.done = field.to;
  });
  return next;
}

function advance(pass: Pass, at: number): void {
  if (pass.hit < at) pass.hit = pass.cleaner.next(pass.bytes, at, pass.bytes.length);
}

interface Column {
  readonly name: string;
  readonly rule: ColumnRule | null;
  /** A detector knows the column by its name: its values are looked at without asking the prefilter. */
  readonly heeded: boolean;
}

const UNKNOWN: Column = { name: '', rule: null, heeded: false };
const RAGGED: Column = {
  name: '',
  rule: { rule: 'ragged-record', kind: 'record', mask: 'full' },
  heeded: false,
};

function columnOf(name: string, cleaner: Cleaner): Column {
  return { name, rule: cleaner.column(name, ''), heeded: cleaner.heeds(placeOf(name)) };
}

function placeOf(name: string): Place {
  return { name, kind: 'cell', form: 'verbatim' };
}

/** Null if the field is as it should be now, masked in place or not at all; else what takes its place. */
function cleanField(pass: Pass, field: Field, { name, rule, heeded }: Column): Bytes | null {
  const { bytes, cleaner, report } = pass;
  const value = bytes.subarray(field.from, field.to);
  if (value.length === 0) return null;
  const place = placeOf(name);
  if (rule) {
    const before = keep(value);
    const mask = cleaner.cover(value, rule, place) ?? NO_BYTES;
    if (equal(mask, before)) return null;
    report({ kind: rule.kind, from: 0, to: value.length, reason: 'column' }, field.from);
    return isSame(mask, value) ? null : fit(mask, field.quoted);
  }
  if (!heeded) {
    advance(pass, field.from);
    if (pass.hit >= field.to) return null;
  }
  const masked = cleaner.clean(value, place, (finding) => report(finding, field.from));
  return isSame(masked, value) ? null : masked;
}

/** True for the very same memory: what was masked in place. */
function isSame(left: Bytes, right: Bytes): boolean {
  return left.buffer === right.buffer && left.byteOffset === right.byteOffset && left.length === right.length;
}

/** A mask that takes a whole field's place. Inside quotes a quote is doubled; outside, it gets them where needed. */
function fit(mask: Bytes, quoted: boolean): Bytes {
  const text = Buffer.from(mask).toString('latin1');
  if (quoted) return Buffer.from(text.replaceAll('"', '""'), 'latin1');
  return /[",;\t|\r\n]/.test(text) ? Buffer.from(`"${text.replaceAll('"', '""')}"`, 'latin1') : mask;
}

/** The start of the record that holds `hit`, at or after `from`, where a record starts. */
function recordAt(bytes: Bytes, from: number, hit: number): number {
  if (hit >= bytes.length) return bytes.length;
  let at = from;
  let open = false;
  for (let i = from; i < hit; i++) {
    if (bytes[i] === QUOTE) open = !open;
    else if (bytes[i] === NEWLINE && !open) at = i + 1;
  }
  return at;
}

function readRecord(bytes: Bytes, from: number, delimiter: number): { fields: Field[]; next: number } {
  const fields: Field[] = [];
  let at = from;
  while (fields.length < FIELDS_MAX) {
    const field = readField(bytes, at, delimiter);
    fields.push(field);
    at = field.to + (field.quoted ? 1 : 0);
    if (bytes[at] === RETURN) at++;
    if (at >= bytes.length || bytes[at] === NEWLINE) break;
    at++;
  }
  return { fields, next: Math.min(at + 1, bytes.length) };
}

/** A quoted field with something behind its closing quote is taken as it stands, quotes and all. */
function readField(bytes: Bytes, from: number, delimiter: number): Field {
  if (bytes[from] === QUOTE) {
    const to = quotedEnd(bytes, from + 1);
    if (endsField(bytes, to + 1, delimiter)) return { from: from + 1, to, quoted: true };
  }
  let to = from;
  while (!endsField(bytes, to, delimiter)) to++;
  return { from, to, quoted: false };
}

function endsField(bytes: Bytes, at: number, delimiter: number): boolean {
  const byte = bytes[at];
  if (at >= bytes.length || byte === delimiter || byte === NEWLINE) return true;
  return byte === RETURN && (at + 1 >= bytes.length || bytes[at + 1] === NEWLINE);
}

/** The closing quote of a field whose content starts at `from`. */
function quotedEnd(bytes: Bytes, from: number): number {
  let at = bytes.indexOf(QUOTE, from);
  while (at >= 0 && bytes[at + 1] === QUOTE) at = bytes.indexOf(QUOTE, at + 2);
  return at < 0 ? bytes.length : at;
}

function plain(bytes: Bytes, { from, to, quoted }: Field): string {
  const text = Buffer.from(bytes.subarray(from, to)).toString('utf8');
  return quoted ? text.replaceAll('""', '"') : text;
}

function lineEnd(bytes: Bytes, from: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at < 0 ? bytes.length : at;
}

function countOf(bytes: Bytes, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}
