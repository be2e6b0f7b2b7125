import type { Line } from './grid.ts';

/**
 * Which bytes of a terminal's output show where: as a text to scan, and in which cells. Only of
 * what was not sent yet, and of cells only in the row of the cursor: the rest is judged.
 */
export interface Piece {
  /** Offset of its first byte in the stream. */
  readonly raw: number;
  bytes: number;
  /** Offset in the text that was scanned; -1 for what is no part of it. */
  readonly text: number;
  /** Null where it shows in no cell. */
  readonly line: Line | null;
  readonly column: number;
  /** Cells; as many as bytes where it is a run of ASCII. */
  readonly width: number;
  readonly sort: Sort;
}

/** A run of ASCII; one character in UTF-8; the final byte of a repetition; text of a string. */
export type Sort = 'run' | 'character' | 'repeat' | 'string';

/** Pieces in the order of the stream. */
export class Ledger {
  #pieces: Piece[] = [];
  /** Pieces before this index are judged: they show in no cell that can change. */
  #shownFrom = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
  }

  /** One more byte of a string's text. */
  addString(raw: number, text: number): void {
    const last = this.#pieces.at(-1);
    if (last?.sort === 'string' && last.raw + last.bytes === raw && last.text + last.bytes === text)
      last.bytes++;
    else this.add({ raw, bytes: 1, text, line: null, column: 0, width: 0, sort: 'string' });
  }

  clear(): void {
    this.#pieces = [];
    this.#shownFrom = 0;
  }

  /** What is there so far is judged: its cells can change no more. */
  leave(): void {
    this.#shownFrom = this.#pieces.length;
  }

  /** Forgets what is scanned up to `text` and judged. */
  prune(text: number): void {
    let count = 0;
    while (count < this.#shownFrom && endOfText(this.#pieces[count]!) <= text) count++;
    if (count === 0) return;
    this.#pieces.splice(0, count);
    this.#shownFrom -= count;
  }

  /** Stream offset of the first byte that may be masked for text from `text` on; -1 if there is none. */
  rawOf(text: number): number {
    for (const piece of this.#pieces)
      if (endOfText(piece) > text) return piece.raw + (text > piece.text ? text - piece.text : 0);
    return -1;
  }

  /** The piece that holds the byte of the text. */
  at(text: number): Piece | null {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#endBefore(middle) <= text) low = middle + 1;
      else high = middle;
    }
    const piece = this.#pieces[low];
    return piece !== undefined && piece.text >= 0 && piece.text <= text && text < endOfText(piece)
      ? piece
      : null;
  }

  /** Calls `take` for each piece that shows in the cell, the last one first. True if there is any. */
  covering(line: Line, column: number, take: (piece: Piece) => void): boolean {
    let isAny = false;
    for (let i = this.#pieces.length - 1; i >= this.#shownFrom; i--) {
      const piece = this.#pieces[i]!;
      if (piece.line !== line || column < piece.column || column >= piece.column + piece.width) continue;
      isAny = true;
      take(piece);
    }
    return isAny;
  }

  /** What the cell shows is of this piece, and not of one that was written over it. */
  shows(piece: Piece, column: number): boolean {
    for (let i = this.#pieces.length - 1; i >= 0; i--) {
      const { line, column: from, width } = this.#pieces[i]!;
      if (line === piece.line && column >= from && column < from + width) return this.#pieces[i] === piece;
    }
    return false;
  }

  /** Where the text of the piece ends, or of the last one before it that has text. */
  #endBefore(index: number): number {
    for (let i = index; i >= 0; i--) if (this.#pieces[i]!.text >= 0) return endOfText(this.#pieces[i]!);
    return 0;
  }
}

function endOfText({ text, bytes }: Piece): number {
  return text < 0 ? -1 : text + bytes;
}
