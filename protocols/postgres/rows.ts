/**
 * DataRow (documentation 54.7): the hot path. A run of rows is searched as one stretch of bytes;
 * only rows in which the prefilter sees a candidate, and rows of plans with column rules, with
 * columns that a detector knows by name or with binary numbers, are split into fields.
 */

import { int16At, int32At, putInt32 } from '../../base/binary.ts';
import { type Bytes, join } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { FRAMED_BEFORE } from '../../base/finding.ts';
import { type Column, maskCell } from './cell.ts';
import { Type } from './messages.ts';
import type { Plan } from './plan.ts';

/** Takes the masked bytes of whole messages, in order; views of the run, or arrays of their own. */
export type Emit = (bytes: Bytes) => void;
/** The same as stretches: of the run as it lies, or the whole of another array. */
export type EmitStretch = (bytes: Bytes, from: number, to: number) => void;

/**
 * Masks the run of DataRow messages in [from, to) and emits it. Rows that keep their length are
 * emitted as they lie; one that does not is emitted on its own.
 */
export function maskRows(
  bytes: Bytes,
  from: number,
  to: number,
  plan: Plan,
  cleaner: Cleaner,
  emit: EmitStretch,
): void {
  let sent = from;
  let row = from;
  let candidate = plan.everyRow ? from : cleaner.next(bytes, from, to, FRAMED_BEFORE);
  while (candidate < to) {
    let rowTo = row + 1 + int32At(bytes, row + 1);
    while (rowTo <= candidate) {
      row = rowTo;
      rowTo = row + 1 + int32At(bytes, row + 1);
    }
    const changed = maskRow(bytes, row, rowTo, candidate, plan.columns, cleaner);
    if (changed) {
      if (row > sent) emit(bytes, sent, row);
      emit(changed, 0, changed.length);
      sent = rowTo;
    }
    row = rowTo;
    candidate = plan.everyRow ? rowTo : cleaner.next(bytes, rowTo, to, FRAMED_BEFORE);
  }
  if (to > sent) emit(bytes, sent, to);
}

/**
 * Masks one row in place; gives a whole new message if a length has changed, else null. Values that
 * end before the candidate have been searched.
 */
function maskRow(
  bytes: Bytes,
  row: number,
  rowTo: number,
  candidate: number,
  columns: readonly Column[],
  cleaner: Cleaner,
): Bytes | null {
  const count = int16At(bytes, row + 5);
  if (count !== columns.length) throw malformed();
  let replaced: Map<number, Bytes | null> | null = null;
  let at = row + 7;
  for (let i = 0; i < count; i++) {
    if (at + 4 > rowTo) throw malformed();
    const length = int32At(bytes, at);
    at += 4;
    if (length < 0) continue;
    if (at + length > rowTo) throw malformed();
    const column = columns[i]!;
    if (at + length > candidate && (length >= 12 || column.rule || column.heeded || length === 8)) {
      const cell = bytes.subarray(at, at + length);
      const masked = maskCell(cell, column, cleaner);
      if (masked !== cell) replaced = noteReplaced(replaced, i, cell, masked);
    }
    at += length;
  }
  if (at !== rowTo) throw malformed();
  return replaced && rebuilt(bytes, row, count, replaced);
}

/** A replacement of the same length is written in place; others are kept for the rebuilding. */
function noteReplaced(
  replaced: Map<number, Bytes | null> | null,
  index: number,
  cell: Bytes,
  masked: Bytes | null,
): Map<number, Bytes | null> | null {
  if (masked?.length === cell.length) {
    cell.set(masked);
    return replaced;
  }
  return (replaced ?? new Map<number, Bytes | null>()).set(index, masked);
}

/** The row's message with some cells replaced. */
function rebuilt(
  bytes: Bytes,
  row: number,
  count: number,
  replaced: ReadonlyMap<number, Bytes | null>,
): Bytes {
  const parts: Bytes[] = [bytes.slice(row, row + 7)];
  let at = row + 7;
  for (let i = 0; i < count; i++) {
    const length = int32At(bytes, at);
    const to = at + 4 + Math.max(length, 0);
    const masked = replaced.get(i);
    if (masked === undefined) parts.push(bytes.subarray(at, to));
    else parts.push(lengthOf(masked), ...(masked ? [masked] : []));
    at = to;
  }
  const message = join(parts);
  putInt32(message, 1, message.length - 1);
  return message;
}

function lengthOf(cell: Bytes | null): Bytes {
  const head = new Uint8Array(4);
  putInt32(head, 0, cell ? cell.length : -1);
  return head;
}

function malformed(): PangateError {
  return new PangateError('message-unknown', 'The server sent a malformed DataRow.');
}

/** Offset behind the last whole DataRow of the run that starts at `from`; counts its rows. */
export function runOf(bytes: Bytes, from: number, type: number, counter: { rows: number }): number {
  let at = from;
  let rows = 0;
  while (at + 5 <= bytes.length && bytes[at] === type) {
    const to = at + 1 + int32At(bytes, at + 1);
    if (to > bytes.length || to < at + 5) break;
    at = to;
    rows++;
  }
  counter.rows = rows;
  return at;
}

export const ROW: number = Type.DataRow;
