/**
 * What stands on a terminal's screen, one byte a cell: enough to know which digits stand side by
 * side. No colours, no characters beyond ASCII. Movements and erasures are those of ECMA-48 8.3 as
 * xterm carries them out (ctlseqs), with its wrap that waits for the next character.
 */

/** A cell that nothing was written to. */
export const BLANK = 0;
/** The second cell of a wide character. */
export const TAIL = 1;
/** A character beyond ASCII. */
export const OTHER = 0xff;

/** A size of a terminal, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Sizes that are believed; one beyond is cut. */
const COLUMNS_MAX = 1000;
const ROWS_MAX = 500;

/** One row of the screen. */
export interface Line {
  cells: Uint8Array;
  /** Its text goes on from the row above. */
  isWrapped: boolean;
}

/** Where the cursor stands, from 0. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** One screen. Methods that move or erase are named as ECMA-48 names them. */
export class Grid {
  columns = 0;
  rows = 0;
  row = 0;
  /** From 0; equal to `columns - 1` with `wraps` where the next character goes to the next row. */
  column = 0;
  /** The last column is written: the next character wraps. */
  wraps = false;
  /** Rows of the scrolling region, both included. */
  #top = 0;
  #bottom = 0;
  #lines: Line[] = [];
  /** The normal screen while the alternate one is shown. */
  #hidden: Line[] | null = null;
  #saved: Place = { row: 0, column: 0 };
  autowrap = true;
  insert = false;
  #origin = false;

  constructor(size: Size) {
    this.resize(size);
  }

  line(row: number): Line | undefined {
    return this.#lines[row];
  }

  get current(): Line {
    return this.#lines[this.row]!;
  }

  /** Another size, cut to what is believed; what stands beyond it is gone. */
  resize(size: Size): void {
    this.columns = bounded(size.columns, 2, COLUMNS_MAX, 80);
    this.rows = bounded(size.rows, 1, ROWS_MAX, 24);
    this.#lines = this.#fitted(this.#lines, this.row);
    if (this.#hidden !== null) this.#hidden = this.#fitted(this.#hidden, this.rows - 1);
    this.#top = 0;
    this.#bottom = this.rows - 1;
    this.row = Math.min(this.row, this.rows - 1);
    this.column = Math.min(this.column, this.columns - 1);
    this.wraps = false;
  }

  /** Full reset (RIS). */
  reset(): void {
    this.#hidden = null;
    this.#lines = [];
    [this.row, this.column] = [0, 0];
    [this.autowrap, this.insert, this.#origin] = [true, false, false];
    this.#saved = { row: 0, column: 0 };
    this.resize({ columns: this.columns, rows: this.rows });
  }

  /** Makes room for a character of so many cells at the cursor: wraps if it must. True if it wrapped. */
  makeRoom(width: number): boolean {
    if (!this.wraps && this.column + width <= this.columns) return false;
    if (!this.autowrap) {
      this.column = this.columns - Math.max(1, width);
      this.wraps = false;
      return false;
    }
    this.lineFeed();
    this.column = 0;
    this.current.isWrapped = true;
    return true;
  }

  /** Cells written at the cursor's place, which moves behind them; there must be room. */
  advance(width: number): void {
    this.column += width;
    this.wraps = this.column >= this.columns;
    if (this.wraps) this.column = this.columns - 1;
  }

  /** IND: one row down, or the region scrolls up. */
  lineFeed(): void {
    this.wraps = false;
    if (this.row === this.#bottom) this.scroll(1);
    else if (this.row < this.rows - 1) this.row++;
    this.current.isWrapped = false;
  }

  /** RI: one row up, or the region scrolls down. */
  reverseLineFeed(): void {
    this.wraps = false;
    if (this.row === this.#top) this.scroll(-1);
    else if (this.row > 0) this.row--;
  }

  /** SU, SD: the region's text moves up, or down where negative. */
  scroll(count: number): void {
    this.#shift(this.#top, count);
  }

  /** IL, DL: text from the cursor's row on moves down, or up where `count` is positive. */
  shiftLines(count: number): void {
    if (this.row < this.#top || this.row > this.#bottom) return;
    this.#shift(this.row, count);
    this.toColumn(0);
  }

  #shift(top: number, count: number): void {
    const size = this.#bottom - top + 1;
    for (let i = Math.min(Math.abs(count), size); i > 0; i--) {
      const [line] = this.#lines.splice(count > 0 ? top : this.#bottom, 1);
      line!.cells.fill(BLANK);
      line!.isWrapped = false;
      this.#lines.splice(count > 0 ? this.#bottom : top, 0, line!);
    }
  }

  /** CUU, CUD: rows up or down, not out of the region where the cursor is in it. */
  moveRows(count: number): void {
    const low = this.row >= this.#top ? this.#top : 0;
    const high = this.row <= this.#bottom ? this.#bottom : this.rows - 1;
    this.row = Math.max(low, Math.min(high, this.row + count));
    this.wraps = false;
  }

  toColumn(column: number): void {
    this.column = Math.max(0, Math.min(this.columns - 1, column));
    this.wraps = false;
  }

  /** CUP, VPA: absolute, from 0, in the region where origin mode is on. */
  toRow(row: number): void {
    const [low, high] = this.#origin ? [this.#top, this.#bottom] : [0, this.rows - 1];
    this.row = Math.max(low, Math.min(high, row + low));
    this.wraps = false;
  }

  /** DECSTBM, rows from 0, both included. */
  setRegion(top: number, bottom: number): void {
    const last = Math.min(bottom, this.rows - 1);
    if (top >= last) return;
    [this.#top, this.#bottom] = [top, last];
    this.toRow(0);
    this.toColumn(0);
  }

  setOrigin(isOn: boolean): void {
    this.#origin = isOn;
    this.toRow(0);
    this.toColumn(0);
  }

  /** DECSC and DECRC. */
  save(): void {
    this.#saved = { row: this.row, column: this.column };
  }

  restore(): void {
    this.row = Math.min(this.#saved.row, this.rows - 1);
    this.toColumn(this.#saved.column);
  }

  /** The alternate screen, empty, or the normal one as it was. */
  showAlternate(isOn: boolean): void {
    if (isOn === (this.#hidden !== null)) return;
    const lines = this.#hidden ?? [];
    this.#hidden = isOn ? this.#lines : null;
    this.#lines = isOn ? this.#fitted([], 0) : lines;
  }

  /** EL: 0 from the cursor on, 1 up to it, 2 all of the row. */
  eraseInLine(which: number): void {
    const from = which === 0 ? this.column : 0;
    const to = which === 1 ? this.column + 1 : this.columns;
    if (from < to) this.current.cells.fill(BLANK, from, to);
    if (which === 2 || (which === 1 && to === this.columns)) this.current.isWrapped = false;
  }

  /** ED: as EL for the whole screen. */
  eraseInDisplay(which: number): void {
    if (which > 2) return;
    const from = which === 0 ? this.row + 1 : 0;
    const to = which === 1 ? this.row : this.rows;
    for (let row = from; row < to; row++) this.#clear(row);
    if (which < 2) this.eraseInLine(which);
  }

  #clear(row: number): void {
    this.#lines[row]!.cells.fill(BLANK);
    this.#lines[row]!.isWrapped = false;
  }

  /** ECH */
  eraseCharacters(count: number): void {
    this.current.cells.fill(BLANK, this.column, Math.min(this.columns, this.column + count));
    this.wraps = false;
  }

  /** ICH: what stands from the cursor on moves right. */
  insertCharacters(count: number): void {
    const { cells } = this.current;
    const to = Math.min(this.columns, this.column + count);
    cells.copyWithin(to, this.column, this.columns - (to - this.column));
    cells.fill(BLANK, this.column, to);
    this.wraps = false;
  }

  /** DCH: what stands behind the deleted cells moves left. */
  deleteCharacters(count: number): void {
    const { cells } = this.current;
    const from = Math.min(this.columns, this.column + count);
    cells.copyWithin(this.column, from, this.columns);
    cells.fill(BLANK, this.columns - (from - this.column), this.columns);
    this.wraps = false;
  }

  /** Rows for this size; where there are too many, the uppermost go until `row` is on the screen. */
  #fitted(lines: readonly Line[], row: number): Line[] {
    const above = Math.max(0, Math.min(lines.length - this.rows, row - this.rows + 1));
    if (lines === this.#lines) this.row -= above;
    return Array.from({ length: this.rows }, (_, i) => {
      const line = lines[i + above];
      const cells = new Uint8Array(this.columns);
      if (line !== undefined) cells.set(line.cells.subarray(0, this.columns));
      return { cells, isWrapped: line?.isWrapped ?? false };
    });
  }
}

function bounded(value: number, least: number, most: number, usual: number): number {
  return Number.isInteger(value) && value > 0 ? Math.max(least, Math.min(value, most)) : usual;
}
