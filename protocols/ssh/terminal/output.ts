import { type Bytes, join, keep, NO_BYTES } from '../../../base/bytes.ts';
import { writeCharacter } from '../../../base/spelling.ts';
import { BLANK } from './grid.ts';
import type { Piece } from './ledger.ts';

const STAR = 0x2a;
/** CUF in place of REP: the cursor moves as far, and nothing is drawn. */
const CURSOR_FORWARD = 0x43;

/** The bytes of a stream that are not sent yet, as they will be. */
export class Output {
  /** From the first byte that is not sent on. */
  bytes: Bytes = NO_BYTES;
  /** The offset in the stream of the first of them. */
  from = 0;

  /** Where the stream ends so far. */
  get to(): number {
    return this.from + this.bytes.length;
  }

  /** More has come; views of it may be written to. */
  append(more: Bytes): void {
    this.bytes = this.bytes.length === 0 ? more : join([this.bytes, more]);
  }

  /** What stands before the offset: valid until the next call. */
  take(to: number): Bytes {
    const taken = this.bytes.subarray(0, to - this.from);
    this.bytes = taken.length === this.bytes.length ? NO_BYTES : keep(this.bytes.subarray(taken.length));
    this.from = to;
    return taken;
  }

  /** Writes over one byte; false if it is sent, or no other. */
  write(at: number, byte: number): boolean {
    if (at < this.from || this.bytes[at - this.from] === byte) return false;
    this.bytes[at - this.from] = byte;
    return true;
  }

  /** What the piece shows in that column is not sent yet. */
  holds({ raw, sort, column }: Piece, at: number): boolean {
    return raw + (sort === 'run' ? at - column : 0) >= this.from;
  }

  /** The byte that the piece has in that column, as it was not sent yet, is a digit. */
  showsDigit({ raw, sort, column }: Piece, at: number): boolean {
    const byte = this.bytes[raw + (sort === 'run' ? at - column : 0) - this.from] ?? 0;
    return sort === 'character' || (sort === 'run' && byte >= 0x30 && byte <= 0x39);
  }

  /** Hides what a piece shows at one of its cells; false if it is sent or was hidden before. */
  hide(piece: Piece, column: number, byte: number, cell: number): boolean {
    if (!this.holds(piece, column)) return false;
    const { line } = piece;
    if (piece.sort === 'run') {
      if (line !== null) line.cells[column] = cell;
      return this.write(piece.raw + column - piece.column, byte);
    }
    if (piece.sort === 'repeat') {
      line?.cells.fill(BLANK, piece.column, piece.column + piece.width);
      return this.write(piece.raw, CURSOR_FORWARD);
    }
    if (line !== null) line.cells[piece.column] = cell;
    const at = piece.raw - this.from;
    const before = this.bytes[at + piece.bytes - 1];
    if (piece.sort === 'character') writeCharacter(this.bytes, at, piece.bytes, STAR);
    return before !== this.bytes[at + piece.bytes - 1];
  }
}
