/**
 * COPY TO STDOUT (documentation 54.2.6 and the COPY reference page): text and CSV by row, binary
 * by tuple. PostgreSQL sends one row in each CopyData, but the protocol lets a value be split
 * over messages: what does not end on a row's end is held and joined.
 */

import { int16At, int32At, putInt32 } from '../../base/binary.ts';
import { type Bytes, join, keep, NO_BYTES } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE, FRAMED_BEFORE, type Report } from '../../base/finding.ts';
import { limits } from '../../base/limits.ts';
import { type Column, maskCell } from './cell.ts';
import { message } from './encode.ts';
import { type LargeBody, LargeRow, LargeText } from './large.ts';
import { Type } from './messages.ts';
import type { Emit } from './rows.ts';

/** How the rows of a COPY look; from the statement's options. */
export interface CopyFormat {
  readonly kind: 'text' | 'csv' | 'binary';
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  readonly nullText: string;
  /** The first line names the columns. */
  readonly header: boolean;
}

export const TEXT: CopyFormat = {
  kind: 'text',
  delimiter: 0x09,
  quote: 0,
  escape: 0x5c,
  nullText: '\\N',
  header: false,
};
export const CSV: CopyFormat = {
  kind: 'csv',
  delimiter: 0x2c,
  quote: 0x22,
  escape: 0x22,
  nullText: '',
  header: false,
};
export const BINARY: CopyFormat = {
  kind: 'binary',
  delimiter: 0,
  quote: 0,
  escape: 0,
  nullText: '',
  header: false,
};

/** Masks the CopyData messages of one COPY. */
export class CopyOut {
  readonly format: CopyFormat;
  readonly #columns: readonly Column[] | null;
  readonly #cleaner: Cleaner;
  readonly #byField: boolean;
  /** Payload that does not yet end a row. */
  #carry: Bytes = NO_BYTES;
  #headerSeen = false;
  /** Values masked by what they are, where no column is known. */
  masked = 0;
  readonly #counted: Report = () => {
    this.masked++;
  };

  /** `columns` null: the origin of the fields is not known; they are searched by value. */
  constructor(format: CopyFormat, columns: readonly Column[] | null, cleaner: Cleaner) {
    this.format = format;
    this.#columns = columns;
    this.#cleaner = cleaner;
    this.#byField =
      format.kind === 'binary' || (columns?.some(({ rule, heeded }) => rule !== null || heeded) ?? false);
  }

  /** Masks the run of whole CopyData messages in [from, to) and emits it. */
  run(bytes: Bytes, from: number, to: number, emit: Emit): void {
    if (this.#carry.length === 0 && !this.#byField && endsRows(bytes, from, to))
      return this.#runOfText(bytes, from, to, emit);
    let at = from;
    while (at < to) {
      const next = at + 1 + int32At(bytes, at + 1);
      this.#one(bytes.subarray(at + 5, next), emit);
      at = next;
    }
  }

  /** All rows are out: nothing may be left. */
  end(emit: Emit): void {
    const rest = this.#carry;
    this.#carry = NO_BYTES;
    if (rest.length === 0) return;
    if (this.format.kind === 'binary') throw malformed();
    emit(message(Type.CopyData, this.#maskText(rest)));
  }

  /** A CopyData that is too long to be held. */
  large(): LargeBody {
    if (this.#carry.length > 0 || (this.#byField && this.format.kind !== 'binary')) throw tooLarge();
    if (this.format.kind !== 'binary') return new LargeText(this.#cleaner);
    if (!this.#headerSeen || !this.#columns) throw tooLarge();
    return new LargeRow(this.#columns, this.#cleaner);
  }

  /** The common case: no rule, no name that a detector knows, every message ends a row, hardly any candidate. */
  #runOfText(bytes: Bytes, from: number, to: number, emit: Emit): void {
    let sent = from;
    let row = from;
    let candidate = this.#cleaner.next(bytes, from, to, FRAMED_BEFORE);
    while (candidate < to) {
      let rowTo = row + 1 + int32At(bytes, row + 1);
      while (rowTo <= candidate) {
        row = rowTo;
        rowTo = row + 1 + int32At(bytes, row + 1);
      }
      const payload = bytes.subarray(row + 5, rowTo);
      const masked = this.#maskText(payload, Math.max(0, candidate - row - 5));
      if (masked !== payload) {
        if (row > sent) emit(bytes.subarray(sent, row));
        emit(message(Type.CopyData, masked));
        sent = rowTo;
      }
      row = rowTo;
      candidate = this.#cleaner.next(bytes, rowTo, to, FRAMED_BEFORE);
    }
    if (to > sent) emit(bytes.subarray(sent, to));
  }

  #one(payload: Bytes, emit: Emit): void {
    const whole = this.#carry.length > 0 ? join([this.#carry, payload]) : payload;
    const settled = this.format.kind === 'binary' ? this.#settledBinary(whole) : whole.lastIndexOf(0x0a) + 1;
    if (whole.length - settled > limits.messageHeldBytesMax) throw tooLarge();
    this.#carry = settled === whole.length ? NO_BYTES : keep(whole.subarray(settled));
    if (settled === 0) return;
    const rows = whole.subarray(0, settled);
    emit(
      message(Type.CopyData, this.format.kind === 'binary' ? this.#maskTuples(rows) : this.#maskText(rows)),
    );
  }

  #maskText(payload: Bytes, hit?: number): Bytes {
    if (this.#byField) return this.#maskFields(payload);
    return this.#cleaner.clean(payload, ANYWHERE, this.#counted, hit);
  }

  /** Splits lines into fields; each is masked by its column and written back quoted as it was. */
  #maskFields(payload: Bytes): Bytes {
    const parts: Bytes[] = [];
    let copied = 0;
    let from = 0;
    let index = 0;
    if (this.format.header && !this.#headerSeen) from = this.#skipHeader(payload);
    while (from < payload.length) {
      const to = fieldEnd(payload, from, this.format);
      const masked = this.#maskField(payload.subarray(from, to), index);
      if (masked) {
        parts.push(payload.subarray(copied, from), masked);
        copied = to;
      }
      index = payload[to] === this.format.delimiter ? index + 1 : 0;
      from = to + 1;
    }
    if (parts.length === 0) return payload;
    parts.push(payload.subarray(copied));
    return join(parts);
  }

  /** The line of column names is data of nobody: it is searched, and no column rule concerns it. */
  #skipHeader(payload: Bytes): number {
    this.#headerSeen = true;
    const to = payload.indexOf(0x0a) + 1;
    this.#cleaner.clean(payload.subarray(0, to), ANYWHERE);
    return to;
  }

  /** Null if the field stays as it lies. */
  #maskField(field: Bytes, index: number): Bytes | null {
    const column = this.#columns?.[index];
    if (isNull(field, this.format) || field.length === 0) return null;
    if (!column) return changed(field, this.#cleaner.clean(field, ANYWHERE));
    if (!column.rule && isQuoted(field, this.format)) return this.#maskQuoted(field, column);
    const masked = maskCell(field, column, this.#cleaner);
    return masked ? changed(field, masked) : Buffer.from(this.format.nullText, 'latin1');
  }

  /** Detectors see the value, not the quotes around it. */
  #maskQuoted(field: Bytes, column: Column): Bytes | null {
    const value = field.subarray(1, -1);
    const masked = maskCell(value, column, this.#cleaner);
    if (masked === null) return Buffer.from(this.format.nullText, 'latin1');
    return masked === value ? null : join([field.subarray(0, 1), masked, field.subarray(-1)]);
  }

  /** How far whole tuples reach: header once, then tuples, then the trailer -1. */
  #settledBinary(bytes: Bytes): number {
    let at = this.#headerSeen ? 0 : headerEnd(bytes);
    if (at < 0) return 0;
    for (let next = tupleEnd(bytes, at); next > at; next = tupleEnd(bytes, at)) at = next;
    return at;
  }

  #maskTuples(bytes: Bytes): Bytes {
    const parts: Bytes[] = [];
    let at = 0;
    if (!this.#headerSeen) {
      at = headerEnd(bytes);
      this.#headerSeen = true;
      parts.push(bytes.subarray(0, at));
    }
    while (at < bytes.length) {
      const to = tupleEnd(bytes, at);
      this.#maskTuple(bytes, at, parts);
      at = to;
    }
    return join(parts);
  }

  #maskTuple(bytes: Bytes, from: number, parts: Bytes[]): void {
    const count = int16At(bytes, from);
    parts.push(bytes.subarray(from, from + 2));
    let at = from + 2;
    for (let i = 0; i < count; i++) {
      const length = int32At(bytes, at);
      const cell = bytes.subarray(at + 4, at + 4 + Math.max(length, 0));
      const masked = length < 0 ? null : this.#maskBinary(cell, i);
      const head = new Uint8Array(4);
      putInt32(head, 0, masked ? masked.length : -1);
      parts.push(head, ...(masked ? [masked] : []));
      at += 4 + cell.length;
    }
  }

  #maskBinary(cell: Bytes, index: number): Bytes | null {
    const column = this.#columns?.[index];
    if (!column)
      throw new PangateError(
        'message-refused',
        'COPY BINARY of columns that the gateway cannot name.',
        'Use COPY in text or CSV.',
      );
    return maskCell(cell, column, this.#cleaner);
  }
}

/** Offset of the delimiter or line end behind a field; the payload's end if there is none. */
function fieldEnd(payload: Bytes, from: number, format: CopyFormat): number {
  let quoted = false;
  for (let at = from; at < payload.length; at++) {
    const byte = payload[at]!;
    if (format.kind === 'text' && byte === 0x5c) at++;
    else if (format.kind === 'csv' && byte === format.quote) quoted = !quoted;
    else if (format.kind === 'csv' && quoted && byte === format.escape) at++;
    else if (!quoted && (byte === format.delimiter || byte === 0x0a)) return at;
  }
  return payload.length;
}

function changed(field: Bytes, masked: Bytes): Bytes | null {
  return masked === field ? null : masked;
}

function isQuoted(field: Bytes, { kind, quote }: CopyFormat): boolean {
  return kind === 'csv' && field.length >= 2 && field[0] === quote && field.at(-1) === quote;
}

function isNull(field: Bytes, format: CopyFormat): boolean {
  return field.length === format.nullText.length && Buffer.from(field).toString('latin1') === format.nullText;
}

/** True if every message of the run ends a row. */
function endsRows(bytes: Bytes, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    at += 1 + int32At(bytes, at + 1);
    if (bytes[at - 1] !== 0x0a) return false;
  }
  return true;
}

/** PGCOPY\n\377\r\n\0 | flags int32 | extension length int32 | extension */
function headerEnd(bytes: Bytes): number {
  if (bytes.length < 19) return -1;
  if (Buffer.from(bytes.subarray(0, 11)).toString('latin1') !== 'PGCOPY\n\xff\r\n\0') throw malformed();
  const to = 19 + int32At(bytes, 15);
  return to <= bytes.length ? to : -1;
}

/** Offset behind the tuple at `from`, or `from` if it is not whole. */
function tupleEnd(bytes: Bytes, from: number): number {
  if (from + 2 > bytes.length) return from;
  const count = int16At(bytes, from);
  if (count < 0) return from + 2;
  let at = from + 2;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return from;
    at += 4 + Math.max(int32At(bytes, at), 0);
  }
  return at <= bytes.length ? at : from;
}

function malformed(): PangateError {
  return new PangateError('message-unknown', 'The server sent malformed COPY data.');
}

function tooLarge(): PangateError {
  return new PangateError(
    'limit-exceeded',
    'A row of COPY is too large to be masked by column.',
    'Copy fewer columns, or read the value in parts.',
  );
}
