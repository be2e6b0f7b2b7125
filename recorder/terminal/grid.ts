/**
 * The rows of one screen with cursor, scrolling region and tab stops: what a terminal's normal screen
 * has, and its alternate one. ECMA-48 8.3 and xterm's ctlseqs name what each method does.
 */
import { type Pen, PLAIN_PEN, Row } from './row.ts';

const TAB_CELLS = 8;

/** What `ESC 7` keeps. */
interface Saved {
  readonly column: number;
  readonly row: number;
  readonly origin: boolean;
  readonly hand: Hand;
}

/** What text is written with: colours, and the sets that G0 to G3 mean, true for line drawing. */
export interface Hand {
  readonly pen: Pen;
  readonly sets: readonly boolean[];
  /** The one of the sets that is in use. */
  readonly set: number;
}

export const PLAIN_HAND: Hand = { pen: PLAIN_PEN, sets: [false, false, false, false], set: 0 };

export class Grid {
  columns: number;
  rows: Row[];
  /** The cursor, from 0; `column` is `columns` where the next character wraps. */
  column = 0;
  row = 0;
  /** The scrolling region, both included. */
  top = 0;
  bottom: number;
  /** Rows and columns are counted in the region. */
  isOrigin = false;
  readonly #onGone: ((row: Row) => void) | null;
  #saved: Saved = { column: 0, row: 0, origin: false, hand: PLAIN_HAND };
  #tabs = new Set<number>();

  /** `onGone` is told each row that leaves the screen, before it is used again. */
  constructor(columns: number, height: number, onGone: ((row: Row) => void) | null) {
    this.columns = columns;
    this.rows = Array.from({ length: height }, () => new Row(columns));
    this.bottom = height - 1;
    this.#onGone = onGone;
    this.#setTabs();
  }

  get height(): number {
    return this.rows.length;
  }

  get here(): Row {
    return this.rows[this.row]!;
  }

  /** Puts the cursor somewhere inside; rows from the region's top where origin mode is on. */
  place(column: number, row: number): void {
    const [low, high] = this.isOrigin ? [this.top, this.bottom] : [0, this.height - 1];
    this.column = Math.min(this.columns - 1, Math.max(0, column));
    this.row = Math.min(high, Math.max(low, this.isOrigin ? row + this.top : row));
  }

  /** Moves it up (below 0) or down; not out of the region where it is inside. */
  moveRows(count: number): void {
    const row = this.row + count;
    const stop =
      count < 0
        ? this.row >= this.top
          ? this.top
          : 0
        : this.row <= this.bottom
          ? this.bottom
          : this.height - 1;
    this.row = count < 0 ? Math.max(stop, row) : Math.min(stop, row);
    this.#inside();
  }

  moveColumns(count: number): void {
    this.column = Math.min(this.columns - 1, Math.max(0, Math.min(this.column, this.columns - 1) + count));
  }

  /** The row below; the region scrolls at its end. */
  lineFeed(pen: Pen): void {
    if (this.row === this.bottom) this.scroll(1, pen);
    else if (this.row < this.height - 1) this.row++;
    this.#inside();
  }

  /** The row above; the region scrolls at its top. */
  reverseFeed(pen: Pen): void {
    if (this.row === this.top) this.#insertAt(this.top, 1, pen);
    else if (this.row > 0) this.row--;
    this.#inside();
  }

  /** Moves the region up (below 0: down). What leaves the top of the screen is told, and of many rows the blank ones not. */
  scroll(count: number, pen: Pen): void {
    if (count < 0) return this.#insertAt(this.top, -count, pen);
    const gone = Math.min(count, this.bottom - this.top + 1);
    if (this.top === 0 && this.#onGone !== null)
      for (const row of this.rows.slice(0, gone)) if (count === 1 || row.text !== '') this.#onGone(row);
    this.#deleteAt(this.top, gone, pen);
  }

  /** Blank rows at the cursor; the rest of the region moves down. */
  insertRows(count: number, pen: Pen): void {
    if (this.row < this.top || this.row > this.bottom) return;
    this.#insertAt(this.row, count, pen);
    this.column = 0;
  }

  /** Rows at the cursor go; the rest of the region moves up. */
  deleteRows(count: number, pen: Pen): void {
    if (this.row < this.top || this.row > this.bottom) return;
    this.#deleteAt(this.row, Math.min(count, this.bottom - this.row + 1), pen);
    this.column = 0;
  }

  insertCells(count: number, pen: Pen): void {
    this.#inside();
    this.here.insert(this.column, count, pen);
  }

  deleteCells(count: number, pen: Pen): void {
    this.#inside();
    this.here.delete(this.column, count, pen);
  }

  eraseCells(count: number, pen: Pen): void {
    this.#inside();
    this.here.erase(this.column, Math.min(this.columns, this.column + count), pen);
  }

  /** 0: from the cursor on, 1: up to it, 2: the whole row. */
  eraseInRow(what: number, pen: Pen): void {
    const at = Math.min(this.column, this.columns);
    if (what === 0) this.here.erase(at, this.columns, pen);
    else if (what === 1) this.here.erase(0, Math.min(this.columns, at + 1), pen);
    else if (what === 2) this.here.clear(pen.background);
    if (what !== 1) this.here.wraps = false;
  }

  /** As `eraseInRow`, for the screen. Rows that are erased whole are told: they were read. */
  eraseInScreen(what: number, pen: Pen): void {
    if (what > 2) return;
    const isWhole = what === 2 || (what === 0 && this.row === 0 && this.column === 0);
    const [from, to] = isWhole ? [0, this.height] : what === 0 ? [this.row + 1, this.height] : [0, this.row];
    if (!isWhole) this.eraseInRow(what, pen);
    if (what !== 1) this.#tellGone(from);
    for (let row = from; row < to; row++) this.rows[row]!.clear(pen.background);
  }

  get tab(): number {
    for (let column = this.column + 1; column < this.columns; column++)
      if (this.#tabs.has(column)) return column;
    return this.columns - 1;
  }

  get tabBefore(): number {
    for (let column = this.column - 1; column > 0; column--) if (this.#tabs.has(column)) return column;
    return 0;
  }

  setTab(): void {
    this.#tabs.add(this.column);
  }

  /** 0: the one here, 3: all. */
  clearTabs(what: number): void {
    if (what === 0) this.#tabs.delete(this.column);
    else if (what === 3) this.#tabs.clear();
  }

  save(hand: Hand): void {
    const column = Math.min(this.column, this.columns - 1);
    this.#saved = { column, row: this.row, origin: this.isOrigin, hand };
  }

  /** Nothing is saved. */
  forget(): void {
    this.#saved = { column: 0, row: 0, origin: false, hand: PLAIN_HAND };
  }

  /** The hand that was saved with the cursor. */
  restore(): Hand {
    const { column, row, hand, origin } = this.#saved;
    this.isOrigin = origin;
    this.column = Math.min(column, this.columns - 1);
    this.row = Math.min(row, this.height - 1);
    return hand;
  }

  /** From 0, both included; a region of less than two rows is none. */
  setRegion(top: number, bottom: number): void {
    if (bottom <= top || bottom >= this.height) return;
    this.top = top;
    this.bottom = bottom;
    this.place(0, 0);
  }

  /** Blank, but for the cursor. */
  clear(pen: Pen): void {
    for (const row of this.rows) row.clear(pen.background);
    this.top = 0;
    this.bottom = this.height - 1;
    this.#setTabs();
  }

  /** Another size: rows go at the end where they are blank, else at the top. */
  resize(columns: number, height: number): void {
    if (columns !== this.columns) this.rows = this.rows.map((row) => row.resized(columns));
    this.columns = columns;
    while (this.rows.length > height) {
      if (this.row < this.rows.length - 1 && this.rows.at(-1)!.text === '') this.rows.pop();
      else {
        this.#onGone?.(this.rows[0]!);
        this.rows.shift();
        this.row = Math.max(0, this.row - 1);
      }
    }
    while (this.rows.length < height) this.rows.push(new Row(columns));
    this.top = 0;
    this.bottom = height - 1;
    this.row = Math.min(this.row, height - 1);
    this.column = Math.min(this.column, columns);
    this.#setTabs();
  }

  /** The rows from one on that hold something, down to the last of them. */
  #tellGone(from: number): void {
    if (this.#onGone === null) return;
    let to = this.height;
    while (to > from && this.rows[to - 1]!.text === '') to--;
    for (let row = from; row < to; row++) this.#onGone(this.rows[row]!);
  }

  #insertAt(at: number, count: number, pen: Pen): void {
    const moved = Math.min(count, this.bottom - at + 1);
    const rows = this.rows.splice(this.bottom - moved + 1, moved);
    for (const row of rows) row.clear(pen.background);
    this.rows.splice(at, 0, ...rows);
  }

  #deleteAt(at: number, count: number, pen: Pen): void {
    const rows = at === 0 && count === 1 ? [this.rows.shift()!] : this.rows.splice(at, count);
    for (const row of rows) {
      row.clear(pen.background);
      row.stamp = null;
    }
    this.rows.splice(this.bottom - count + 1, 0, ...rows);
  }

  #inside(): void {
    if (this.column >= this.columns) this.column = this.columns - 1;
  }

  #setTabs(): void {
    this.#tabs.clear();
    for (let column = TAB_CELLS; column < this.columns; column += TAB_CELLS) this.#tabs.add(column);
  }
}
