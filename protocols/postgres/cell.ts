/**
 * One value of a result: by its column's rule, else by its type and what is found in it. In
 * place wherever the length can stay; a number becomes NULL, so that no driver ever reads a
 * wrong value as a right one.
 */

import { int32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import { type Place, UNFRAMED } from '../../base/finding.ts';
import { float8Text, int8Text, numericText, zeroNumeric } from './numbers.ts';
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
      return isFound(cell, column, cleaner) ? null : cell;
    case Form.int8:
      return isFound(int8Text(cell), column, cleaner) ? null : cell;
    case Form.float8:
      return isFound(float8Text(cell), column, cleaner) ? null : cell;
    case Form.numeric:
      return isFound(numericText(cell), column, cleaner) ? null : cell;
    case Form.array:
    case Form.record:
      maskParts(cell, column, cleaner);
      return cell;
  }
}

function cover(cell: Bytes, column: Column, rule: ColumnRule, cleaner: Cleaner): Bytes | null {
  column.masked++;
  return takesCharacters(column.typeOid) ? cleaner.cover(cell, rule, column.place) : null;
}

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

function isFound(digits: Bytes, column: Column, cleaner: Cleaner): boolean {
  if ((digits.length < 12 && !column.heeded) || cleaner.find(digits, column.place).length === 0) return false;
  column.masked++;
  return true;
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
