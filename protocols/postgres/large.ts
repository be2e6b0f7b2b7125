/**
 * Messages that are longer than may be held: taken in pieces, searched in pieces, sent in
 * pieces. Their length has been announced before their values are known, so every mask keeps
 * its length here; where that cannot be, the session ends. Nothing passes unsearched.
 */

import { int16At, int32At } from '../../base/binary.ts';
import { type Bytes, join, keep } from '../../base/bytes.ts';
import type { Cleaner, CleanStream } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { type Column, maskCell } from './cell.ts';
import type { Emit } from './rows.ts';
import { Form } from './types.ts';

/** Cells up to this size are held whole and masked as in any row. */
const CELL_HELD_MAX: number = 64 * 1024;

/** A message body in pieces. */
export interface LargeBody {
  /** Takes the next piece, which may be masked in place; `last` when the message is complete. */
  push(piece: Bytes, last: boolean, emit: Emit): void;
}

/** A body that is one text: CopyData beyond the limit, FunctionCallResponse's value. */
export class LargeText implements LargeBody {
  readonly #stream: KeptStream;

  constructor(cleaner: Cleaner) {
    this.#stream = new KeptStream(cleaner.stream(ANYWHERE), () => undefined);
  }

  push(piece: Bytes, last: boolean, emit: Emit): void {
    this.#stream.push(piece, last, emit);
  }
}

/** A stream whose output must be as long as its input. */
class KeptStream {
  readonly #stream: CleanStream;
  readonly #found: () => void;
  #balance = 0;

  constructor(stream: CleanStream, found: () => void) {
    this.#stream = stream;
    this.#found = found;
  }

  push(piece: Bytes, last: boolean, emit: Emit): void {
    this.#balance += piece.length;
    for (const settled of this.#stream.push(piece, last, this.#found)) {
      this.#balance -= settled.length;
      emit(keep(settled));
    }
    if (last && this.#balance !== 0) throw tooLarge();
  }
}

/** DataRow's body, and a tuple of COPY BINARY: count int16 | (length int32, value)* */
export class LargeRow implements LargeBody {
  readonly #columns: readonly Column[];
  readonly #cleaner: Cleaner;
  #head: Bytes = new Uint8Array(0);
  #index = -1;
  #count = 0;
  /** Bytes of the current cell that are still to come. */
  #missing = 0;
  #cell: CellSink | null = null;

  constructor(columns: readonly Column[], cleaner: Cleaner) {
    this.#columns = columns;
    this.#cleaner = cleaner;
  }

  push(piece: Bytes, last: boolean, emit: Emit): void {
    let rest = piece;
    while (rest.length > 0) rest = this.#cell ? this.#takeCell(rest, emit) : this.#takeHead(rest, emit);
    if (last && (this.#cell || this.#head.length > 0 || this.#index !== this.#count)) {
      throw new PangateError('message-unknown', 'The server sent a malformed row.');
    }
  }

  /** The row's count, then each cell's length, as far as they have come. */
  #takeHead(rest: Bytes, emit: Emit): Bytes {
    const wanted = this.#index < 0 ? 2 : 4;
    const taken = Math.min(wanted - this.#head.length, rest.length);
    this.#head = join([this.#head, rest.subarray(0, taken)]);
    if (this.#head.length === wanted) {
      const head = this.#head;
      this.#head = new Uint8Array(0);
      emit(head);
      this.#open(head);
    }
    return rest.subarray(taken);
  }

  #open(head: Bytes): void {
    if (this.#index < 0) {
      this.#index = 0;
      this.#count = int16At(head, 0);
      if (this.#count !== this.#columns.length)
        throw new PangateError('message-unknown', 'The server sent a malformed row.');
      return;
    }
    const length = int32At(head, 0);
    const column = this.#columns[this.#index++];
    if (!column) throw new PangateError('message-unknown', 'The server sent a malformed row.');
    if (length <= 0) return;
    this.#missing = length;
    this.#cell = cellSink(length, column, this.#cleaner);
  }

  #takeCell(rest: Bytes, emit: Emit): Bytes {
    const taken = Math.min(this.#missing, rest.length);
    this.#missing -= taken;
    const last = this.#missing === 0;
    this.#cell!(rest.subarray(0, taken), last, emit);
    if (last) this.#cell = null;
    return rest.subarray(taken);
  }
}

type CellSink = (piece: Bytes, last: boolean, emit: Emit) => void;

function cellSink(length: number, column: Column, cleaner: Cleaner): CellSink {
  if (column.rule) return covered(column);
  if (length <= CELL_HELD_MAX) return held(column, cleaner);
  if (!isSearchableInPieces(column)) throw tooLarge();
  const stream = new KeptStream(cleaner.stream(column.place), () => {
    column.masked++;
  });
  return (piece, last, emit) => stream.push(piece, last, emit);
}

/** Characters can be searched in pieces; binary containers of numbers cannot. A long numeric is no card number. */
function isSearchableInPieces({ form, typeOid }: Column): boolean {
  const NUMBERS_OR_RECORDS = new Set([1016, 1231, 1022, 2287]);
  return form !== Form.record && !(form === Form.array && NUMBERS_OR_RECORDS.has(typeOid));
}

function covered(column: Column): CellSink {
  column.masked++;
  return (piece, _last, emit) => emit(new Uint8Array(piece.length).fill(0x2a));
}

function held(column: Column, cleaner: Cleaner): CellSink {
  const pieces: Bytes[] = [];
  return (piece, last, emit) => {
    pieces.push(keep(piece));
    if (!last) return;
    const cell = join(pieces);
    const length = cell.length;
    const masked = maskCell(cell, column, cleaner);
    emit(
      masked?.length === length
        ? masked
        : new Uint8Array(length).fill(column.form === Form.number ? 0x30 : column.binary ? 0 : 0x2a),
    );
  };
}

function tooLarge(): PangateError {
  return new PangateError(
    'limit-exceeded',
    'A value is too large to be masked by its type in pieces.',
    'Read it in parts, or as text.',
  );
}
