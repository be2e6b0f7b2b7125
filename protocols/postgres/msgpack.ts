/**
 * Rows as msgpack at wire speed: a DataRow's cells are copied behind msgpack heads without ever
 * becoming JavaScript values. Text cells are `str` (the server guarantees UTF-8 for a UTF-8
 * client), binary cells and other encodings `bin`, NULL is `nil`.
 */

import { int16At, int32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';

/** Rows are recorded in batches of about this size. */
export const BATCH_BYTES: number = 32 * 1024;

/**
 * One scratch area for all sessions of this thread: it is filled and recorded within one call.
 * A row grows by at most one byte a cell and four in all.
 */
const scratch: Buffer = Buffer.allocUnsafeSlow(BATCH_BYTES + 2 * limits.messageHeldBytesMax);
/** Room for the array's head, which is written last. */
const HEAD = 5;

export interface RowBatch {
  rows: number;
  /** End of the encoded rows in the scratch area. */
  to: number;
}

export function newBatch(): RowBatch {
  return { rows: 0, to: HEAD };
}

/** Appends the cells of one DataRow body. `binary(i)` says how the i-th cell is written. */
export function addRow(
  batch: RowBatch,
  body: Bytes,
  from: number,
  binary: (column: number) => boolean,
): void {
  const count = int16At(body, from);
  let to = putArrayHead(batch.to, count);
  let at = from + 2;
  for (let i = 0; i < count; i++) {
    const length = int32At(body, at);
    at += 4;
    to = length < 0 ? putNil(to) : putCell(to, body, at, length, binary(i));
    if (length > 0) at += length;
  }
  batch.rows++;
  batch.to = to;
}

/** Appends one value that is a row of one cell: a line of COPY text. */
export function addLine(batch: RowBatch, body: Bytes, from: number, to: number, binary: boolean): void {
  batch.to = putCell(putArrayHead(batch.to, 1), body, from, to - from, binary);
  batch.rows++;
}

export function isFull(batch: RowBatch): boolean {
  return batch.to >= BATCH_BYTES;
}

/** The batch as one msgpack array of arrays; a view of the scratch area. Empties the batch. */
export function takeBatch(batch: RowBatch): Bytes {
  scratch[0] = 0xdd;
  scratch.writeUInt32BE(batch.rows, 1);
  const bytes = scratch.subarray(0, batch.to);
  batch.rows = 0;
  batch.to = HEAD;
  return bytes;
}

function putArrayHead(to: number, count: number): number {
  if (count < 16) {
    scratch[to] = 0x90 | count;
    return to + 1;
  }
  scratch[to] = 0xdc;
  scratch[to + 1] = count >> 8;
  scratch[to + 2] = count;
  return to + 3;
}

function putNil(to: number): number {
  scratch[to] = 0xc0;
  return to + 1;
}

function putCell(to: number, body: Bytes, at: number, length: number, binary: boolean): number {
  const start = putHead(to, length, binary);
  // Short cells are the rule: a byte loop beats a call of set() below about 24 bytes.
  if (length > 24) scratch.set(body.subarray(at, at + length), start);
  else for (let i = 0; i < length; i++) scratch[start + i] = body[at + i]!;
  return start + length;
}

function putHead(to: number, length: number, binary: boolean): number {
  if (!binary && length < 32) {
    scratch[to] = 0xa0 | length;
    return to + 1;
  }
  const long = length > 0xffff ? 2 : length > 0xff ? 1 : 0;
  scratch[to] = (binary ? 0xc4 : 0xd9) + long;
  if (long === 0) scratch[to + 1] = length;
  else if (long === 1) scratch.writeUInt16BE(length, to + 1);
  else scratch.writeUInt32BE(length, to + 1);
  return to + 2 + (long === 2 ? 3 : long);
}
