import type { Bytes } from '../../../base/bytes.ts';
import { BLANK, type Grid, type Line, TAIL } from './grid.ts';

/** A digit that is hidden though its number is not known to the end: what goes on after it is hidden too. */
export const OPEN_MASK = 0xab;

/** Rows above and below the cursor's that a number may go on from or to. */
const ROWS_AROUND = 2;

/** The text of the cursor's row, with the rows that it goes on from and to. */
export interface RowText {
  /** One byte a character, `OPEN_MASK` for what it hides; valid until the next call. */
  readonly bytes: Bytes;
  /** Digits behind `OPEN_MASK` are to be hidden. */
  readonly hasOpenMask: boolean;
  /** Offset of the cursor; the length where it stands behind all. */
  readonly cursor: number;
  lineAt(offset: number): Line;
  columnAt(offset: number): number;
}

/** Reads rows as texts; one for each terminal, so that a row costs no allocation. */
export class RowReader implements RowText {
  #bytes = new Uint8Array(0);
  #columns = new Int32Array(0);
  #rows = new Int32Array(0);
  #length = 0;
  #grid: Grid | null = null;
  hasOpenMask = false;
  cursor = 0;

  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  lineAt(offset: number): Line {
    return this.#grid!.line(this.#rows[offset]!)!;
  }

  columnAt(offset: number): number {
    return this.#columns[offset]!;
  }

  read(grid: Grid): RowText {
    this.#begin(grid);
    let first = grid.row;
    while (first > grid.row - ROWS_AROUND && joins(grid, first)) first--;
    let last = grid.row;
    while (last < grid.row + ROWS_AROUND && joins(grid, last + 1)) last++;
    for (let row = first; row <= last; row++) this.#append(grid, row);
    while (this.#length > this.cursor && this.#bytes[this.#length - 1] === 0x20) this.#length--;
    return this;
  }

  #begin(grid: Grid): void {
    const size = grid.columns * (2 * ROWS_AROUND + 1);
    if (this.#bytes.length < size) {
      this.#bytes = new Uint8Array(size);
      this.#columns = new Int32Array(size);
      this.#rows = new Int32Array(size);
    }
    this.#grid = grid;
    this.#length = 0;
    this.hasOpenMask = false;
    this.cursor = 0;
  }

  #append(grid: Grid, row: number): void {
    const { cells } = grid.line(row)!;
    for (let column = 0; column < cells.length; column++) {
      const isCursor = row === grid.row && column === grid.column;
      if (isCursor) this.cursor = this.#length;
      const cell = cells[column]!;
      if (cell === TAIL) continue;
      if (cell === OPEN_MASK) this.hasOpenMask = true;
      this.#bytes[this.#length] = cell === BLANK ? 0x20 : cell;
      this.#columns[this.#length] = column;
      this.#rows[this.#length++] = row;
      if (isCursor && grid.wraps) this.cursor = this.#length;
    }
  }
}

/** The row goes on from the one above: the terminal has wrapped it, or digits touch over the edge. */
function joins(grid: Grid, row: number): boolean {
  const line = grid.line(row);
  const above = grid.line(row - 1);
  if (line === undefined || above === undefined) return false;
  if (line.isWrapped) return true;
  return isNumeric(above.cells[grid.columns - 1]!) && isNumeric(line.cells[0]!);
}

function isNumeric(cell: number): boolean {
  return (cell >= 0x30 && cell <= 0x39) || cell === OPEN_MASK;
}

/** Something is written in the cursor's row. */
export function isWritten(grid: Grid): boolean {
  const { cells } = grid.current;
  for (let column = 0; column < cells.length; column++) if (cells[column] !== BLANK) return true;
  return false;
}

/** Nothing is written in the cursor's row, nor do digits touch it over an edge where the text does not wrap. */
export function isFresh(grid: Grid): boolean {
  if (isWritten(grid)) return false;
  const { cells, isWrapped } = grid.current;
  const above = isWrapped ? BLANK : edge(grid, grid.row - 1, cells.length - 1);
  return !isNumeric(above) && !isNumeric(edge(grid, grid.row + 1, 0));
}

function edge(grid: Grid, row: number, column: number): number {
  return grid.line(row)?.cells[column] ?? BLANK;
}
