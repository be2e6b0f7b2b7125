/**
 * One value of a result: by its column's rule, else by its type and what is found in it. In
 * place wherever the length can stay; a number becomes NULL, so that no driver ever reads a
 * wrong value as a right one, or, where the rules say so, a number that is no card's.
 */

import { int32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import { type Place, UNFRAMED } from '../../base/finding.ts';
import { numberOf, numberText, zeroNumeric } from './numbers.ts';
import { Form, formOf, takesCharacters } from './types.ts';

/** One column of a result, as masking sees it. */
export interface Column {
  /** Output name, already masked. */
  readonly name: string;
  /** Table of origin, or empty. */
  readonly table: string;
  readonly typeOid: number;
  readonly binary: boolean;
  readonly form: Form;
  readonly place: Place;
  readonly rule: ColumnRule | null;
  /** A detector knows the column by its name: its values are looked at without asking the prefilter. */
  readonly heeded: boolean;
  /** Values masked in the statement that runs now. */
  masked: number;
}

/** Nested arrays and composites are followed so deep; a deeper value is masked whole. */
const DEPTH_MAX = 8;

/** The cell masked: the very same bytes (perhaps changed in place), others, or null for NULL. */
export function maskCell(cell: Bytes, column: Column, cleaner: Cleaner): Bytes | null {
  if (column.rule) return cover(cell, column, column.rule, cleaner);
  switch (column.form) {
    case Form.small:
      return cell;
    case Form.characters:
    case Form.numbers:
    case Form.opaque:
      return clean(cell, column, cleaner);
    case Form.jsonb:
      return maskJsonb(cell, column, cleaner);
    case Form.number:
    case Form.int8:
    case Form.float8:
    case Form.numeric:
      return maskNumber(cell, column, cleaner);
    case Form.array:
    case Form.record:
      maskParts(cell, column, cleaner);
      return cell;
  }
}

function cover(cell: Bytes, column: Column, rule: ColumnRule, cleaner: Cleaner): Bytes | null {
  column.masked++;
  if (takesCharacters(column.typeOid)) return cleaner.cover(cell, rule, column.place);
  if (!cleaner.keepsNumbers || column.place.form !== 'number') return null;
  const digits = numberText(cell, column.form);
  if (digits.length < DIGITS_MIN) return null;
  const masked = cleaner.cover(digits, rule, column.place);
  return masked && numberOf(masked, cell, column.form);
}

/** Fewer digits are no card number: a rule makes them NULL. */
const DIGITS_MIN = 12;

function clean(cell: Bytes, column: Column, cleaner: Cleaner): Bytes {
  const hit = column.heeded ? 0 : cleaner.next(cell, 0, cell.length, UNFRAMED);
  if (hit === cell.length) return cell;
  return cleaner.clean(
    cell,
    column.place,
    () => {
      column.masked++;
    },
    hit,
  );
}

function maskJsonb(cell: Bytes, column: Column, cleaner: Cleaner): Bytes {
  const body = cell.subarray(1);
  const masked = clean(body, column, cleaner);
  if (masked === body) return cell;
  const joined = new Uint8Array(1 + masked.length);
  joined[0] = cell[0]!;
  joined.set(masked, 1);
  return joined;
}

/** A number in which something is found: NULL, or with zeros for what the mask hides. */
function maskNumber(cell: Bytes, column: Column, cleaner: Cleaner): Bytes | null {
  const digits = numberText(cell, column.form);
  if (digits.length < DIGITS_MIN && !column.heeded) return cell;
  const findings = cleaner.find(digits, column.place);
  if (findings.length === 0) return cell;
  column.masked++;
  if (!cleaner.keepsNumbers) return null;
  return numberOf(cleaner.clean(digits, column.place), cell, column.form);
}

/** A part of an array or composite that is still to be looked at. */
interface Part {
  readonly bytes: Bytes;
  readonly typeOid: number;
  readonly depth: number;
}

/** Masks inside a binary array or composite, keeping every length. */
function maskParts(value: Bytes, column: Column, cleaner: Cleaner): void {
  const open: Part[] = [{ bytes: value, typeOid: column.typeOid, depth: 0 }];
  for (let part = open.pop(); part; part = open.pop()) {
    const form = formOf(part.typeOid, true);
    if (form !== Form.array && form !== Form.record) maskPart(part.bytes, part.typeOid, column, cleaner);
    else if (part.depth >= DEPTH_MAX || !split(part, form, open)) part.bytes.fill(0);
  }
}

/** Puts a container's parts on the list; false if it is malformed. */
function split(part: Part, form: Form, open: Part[]): boolean {
  return form === Form.array ? splitArray(part, open) : splitRecord(part, open);
}

/** ndim int32 | flags int32 | element type int32 | (size int32, lower bound int32)* | elements */
function splitArray({ bytes, depth }: Part, open: Part[]): boolean {
  if (bytes.length < 12) return false;
  const typeOid = int32At(bytes, 8);
  let at = 12 + 8 * int32At(bytes, 0);
  while (at + 4 <= bytes.length) at = take(bytes, at, typeOid, depth, open);
  return at === bytes.length;
}

/** count int32 | (type int32, length int32, value)* */
function splitRecord({ bytes, depth }: Part, open: Part[]): boolean {
  let at = 4;
  while (at + 8 <= bytes.length) at = take(bytes, at + 4, int32At(bytes, at), depth, open);
  return at === bytes.length;
}

/** length int32 (-1 for NULL) | value; gives the offset behind it, past the end if it is cut. */
function take(bytes: Bytes, at: number, typeOid: number, depth: number, open: Part[]): number {
  const length = int32At(bytes, at);
  const from = at + 4;
  if (length <= 0) return from;
  if (from + length <= bytes.length)
    open.push({ bytes: bytes.subarray(from, from + length), typeOid, depth: depth + 1 });
  return from + length;
}

/** One scalar inside a container: found values are overwritten, numbers by zero. */
function maskPart(bytes: Bytes, typeOid: number, column: Column, cleaner: Cleaner): void {
  const part: Column = { ...column, typeOid, form: formOf(typeOid, true), rule: null, masked: 0 };
  const masked = maskCell(bytes, part, cleaner);
  column.masked += part.masked;
  if (masked === bytes) return;
  if (masked?.length === bytes.length) bytes.set(masked);
  else if (part.form === Form.numeric) zeroNumeric(bytes);
  else bytes.fill(masked === null ? 0 : 0x2a);
}
