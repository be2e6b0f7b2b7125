/**
 * A terminal without a display: takes recorded output, gives what stood on the screen. Only what
 * `TerminalFilter` passes is understood, and nothing else reaches it. An emulator of our own,
 * because a general one is six times slower (docs/decisions.md); a test compares it with xterm.js.
 */

import { cellsOf, NOT_ONE_UNIT, UNIT_CELLS } from '../../base/cells.ts';
import { TerminalFilter } from './filter.ts';
import { Grid, type Hand, PLAIN_HAND } from './grid.ts';
import { penAfter } from './pen.ts';
import { type Pen, PLAIN_PEN, type Row, type Run } from './row.ts';
import { bounded, SIZE_USUAL, type Size } from './size.ts';

/** Where the cursor stands, from 0. */
export interface Cursor {
  readonly column: number;
  readonly row: number;
  readonly visible: boolean;
}

const ESC = 0x1b;
const GRAPHICS =
  '\u25c6\u2592\u2409\u240c\u240d\u240a\u00b0\u00b1\u2424\u240b\u2518\u2510\u250c\u2514\u253c\u23ba\u23bb\u2500\u23bc\u23bd\u251c\u2524\u2534\u252c\u2502\u2264\u2265\u03c0\u2260\u00a3\u00b7';

/** One screen. Synchronous: when `write` returns, the screen shows it. */
export class Screen {
  readonly #onScrolled: ((row: Row) => void) | null;
  #normal!: Grid;
  #alternate!: Grid;
  #grid!: Grid;
  #pen: Pen = PLAIN_PEN;
  #isHidden = false;
  #isWrapping = true;
  #isInserting = false;
  #sets: readonly boolean[] = PLAIN_HAND.sets;
  #set = 0;
  /** The character before, for REP; empty behind a control. */
  #last = '';
  #stamp: unknown = null;
  #filter = new TerminalFilter();
  #decoder = new TextDecoder();

  /** `onScrolled` is told each row that leaves the normal screen: a view until it returns. */
  constructor(size: Size = SIZE_USUAL, onScrolled: ((row: Row) => void) | null = null) {
    this.#onScrolled = onScrolled;
    this.#open(bounded(size));
  }

  get size(): Size {
    return { columns: this.#grid.columns, rows: this.#grid.height };
  }

  get cursor(): Cursor {
    const { column, row, columns } = this.#grid;
    return { column: Math.min(column, columns - 1), row, visible: !this.#isHidden };
  }

  /** A full-screen program shows itself. */
  get isAlternate(): boolean {
    return this.#grid === this.#alternate;
  }

  /** Rows of the scrolling region, from 0, both included. */
  get region(): readonly [number, number] {
    return [this.#grid.top, this.#grid.bottom];
  }

  /** Whether text wraps, what origin means, whether text is inserted. */
  get modes(): Readonly<{ wrap: boolean; origin: boolean; insert: boolean }> {
    return { wrap: this.#isWrapping, origin: this.#grid.isOrigin, insert: this.#isInserting };
  }

  /** Output of text and colours alone leaves here what a new screen would show of it. */
  get isUsual(): boolean {
    const { top, bottom, height } = this.#normal;
    if (this.isAlternate || this.#isInserting || !this.#isWrapping || this.#sets[this.#set]) return false;
    return top === 0 && bottom === height - 1;
  }

  /** What rows that are written to from now on are stamped with. */
  stamp(stamp: unknown): void {
    this.#stamp = stamp;
  }

  /** Output as it was recorded: bytes of UTF-8, cut anywhere, or text. */
  write(output: Uint8Array | string): void {
    const text = typeof output === 'string' ? output : this.#decoder.decode(output, { stream: true });
    this.writeSafe(this.#filter.push(text));
  }

  /** What a filter has passed, in whole sequences. */
  writeSafe(text: string): void {
    for (let at = 0; at < text.length; ) {
      const unit = text.charCodeAt(at);
      if (unit === ESC) at = this.#sequence(text, at + 1);
      else if (unit < 0x20) {
        this.#control(unit);
        at++;
      } else if (UNIT_CELLS[unit] === 1 && !this.#sets[this.#set] && !this.#isInserting)
        at = this.#run(text, at);
      else at = this.#character(text, at);
    }
  }

  /** Another size, cut to what is believed. */
  resize(size: Size): void {
    const { columns, rows } = bounded(size);
    this.#normal.resize(columns, rows);
    this.#alternate.resize(columns, rows);
  }

  /** Empty, in that size, as new. */
  reset(size: Size): void {
    this.#filter = new TerminalFilter();
    this.#decoder = new TextDecoder();
    this.#open(bounded(size));
  }

  /** The first cells of a row in runs of one look; blank ends are left out. */
  runs(row: number, columns: number = this.#grid.columns): Run[] {
    return this.#grid.rows[row]?.runs(columns) ?? [];
  }

  /** A row as it is: a view until the next write. */
  row(row: number): Row | undefined {
    return this.#grid.rows[row];
  }

  /** The text of a row without blanks at its end. */
  text(row: number): string {
    return this.#grid.rows[row]?.text ?? '';
  }

  /** The text of all rows. */
  get texts(): string[] {
    return this.#grid.rows.map((row) => row.text);
  }

  #open({ columns, rows }: Size): void {
    this.#normal = new Grid(columns, rows, this.#onScrolled);
    this.#alternate = new Grid(columns, rows, null);
    this.#grid = this.#normal;
    this.#isHidden = false;
    this.#soft();
  }

  /** DECSTR, and part of RIS. */
  #soft(): void {
    this.#pen = PLAIN_PEN;
    this.#isHidden = false;
    this.#isWrapping = true;
    this.#isInserting = false;
    this.#sets = PLAIN_HAND.sets;
    this.#set = 0;
    this.#last = '';
    const grid = this.#grid;
    grid.forget();
    grid.isOrigin = false;
    grid.top = 0;
    grid.bottom = grid.height - 1;
  }

  /** Characters of one cell each, as far as they go; where the rest begins. */
  #run(text: string, from: number): number {
    const grid = this.#grid;
    if (grid.column >= grid.columns) this.#wrap();
    const limit = Math.min(text.length, from + grid.columns - grid.column);
    let to = from + 1;
    while (to < limit && UNIT_CELLS[text.charCodeAt(to)] === 1) to++;
    const row = grid.here;
    row.stamp = this.#stamp;
    row.print(text, from, to, grid.column, this.#pen);
    grid.column += to - from;
    this.#last = text.charAt(to - 1);
    return to;
  }

  /** The next character lies in the next row, or over the last one. */
  #wrap(): void {
    const grid = this.#grid;
    if (!this.#isWrapping) {
      grid.column = grid.columns - 1;
      return;
    }
    grid.here.wraps = true;
    grid.lineFeed(this.#pen);
    grid.column = 0;
  }

  /** Any one character. */
  #character(text: string, at: number): number {
    const code = text.codePointAt(at)!;
    const length = code > 0xffff ? 2 : 1;
    if (length === 1 && UNIT_CELLS[code] === NOT_ONE_UNIT) return at + 1;
    const set = this.#sets[this.#set] && code >= 0x60 && code <= 0x7e;
    const character = set ? GRAPHICS.charAt(code - 0x60) : text.slice(at, at + length);
    this.#put(character, cellsOf(character.codePointAt(0)!));
    return at + length;
  }

  #put(character: string, cells: number): void {
    const grid = this.#grid;
    if (cells === 0) {
      if (this.#last !== '') grid.here.join(character, grid.column);
      return;
    }
    if (grid.column + cells > grid.columns) {
      if (this.#isWrapping && grid.column < grid.columns) grid.here.print(' ', 0, 1, grid.column, this.#pen);
      this.#wrap();
    }
    if (grid.column + cells > grid.columns) return;
    if (this.#isInserting) grid.insertCells(cells, PLAIN_PEN);
    const row = grid.here;
    row.stamp = this.#stamp;
    row.put(character, cells, grid.column, this.#pen);
    grid.column += cells;
    this.#last = character;
  }

  /** BS, HT, LF, VT, FF, CR, SO, SI. */
  #control(unit: number): void {
    const grid = this.#grid;
    this.#last = '';
    if (unit === 0x0d) grid.column = 0;
    else if (unit >= 0x0a && unit <= 0x0c) {
      grid.here.wraps = false;
      grid.lineFeed(this.#pen);
    } else if (unit === 0x08) grid.moveColumns(-1);
    else if (unit === 0x09) {
      if (grid.column < grid.columns) grid.column = grid.tab;
    } else if (unit === 0x0e || unit === 0x0f) this.#set = 0x0f - unit;
  }

  /** A sequence behind its ESC; where it ends. One that is cut is nothing. */
  #sequence(text: string, from: number): number {
    if (text.charCodeAt(from) === 0x5b) return this.#csi(text, from + 1);
    let at = from;
    while (at < text.length && text.charCodeAt(at) < 0x30) at++;
    this.#last = '';
    this.#escape(text.slice(from, at), text.charAt(at));
    return at + 1;
  }

  #escape(before: string, final: string): void {
    const grid = this.#grid;
    if (before !== '') this.#sets = this.#sets.with('()*+'.indexOf(before), final === '0');
    else if (final === '7') grid.save(this.#hand);
    else if (final === '8') this.#take(grid.restore());
    else if (final === 'D') grid.lineFeed(this.#pen);
    else if (final === 'E') {
      grid.lineFeed(this.#pen);
      grid.column = 0;
    } else if (final === 'M') grid.reverseFeed(this.#pen);
    else if (final === 'H') grid.setTab();
    else if (final === 'c') this.#restart();
  }

  /** RIS. What stood there was read. */
  #restart(): void {
    this.#normal.eraseInScreen(2, PLAIN_PEN);
    this.#grid = this.#normal;
    this.#soft();
    this.#alternate.forget();
    this.#normal.clear(PLAIN_PEN);
    this.#normal.place(0, 0);
  }

  get #hand(): Hand {
    return { pen: this.#pen, sets: this.#sets, set: this.#set };
  }

  #take({ pen, sets, set }: Hand): void {
    this.#pen = pen;
    this.#sets = sets;
    this.#set = set;
  }

  #csi(text: string, from: number): number {
    let at = from;
    while (at < text.length && text.charCodeAt(at) < 0x40) at++;
    const final = text.charCodeAt(at);
    if (final === 0x6d) this.#pen = penAfter(this.#pen, text.slice(from, at));
    else this.#command(text, from, at, final);
    this.#last = '';
    return at + 1;
  }

  #command(text: string, from: number, to: number, final: number): void {
    const lead = text.charCodeAt(from);
    if (final === 0x68 || final === 0x6c) {
      for (const mode of text.slice(lead === 0x3f ? from + 1 : from, to).split(';'))
        this.#mode(lead === 0x3f ? `?${mode}` : mode, final === 0x68);
    } else if (lead === 0x21) this.#soft();
    else {
      const start = lead === 0x3f ? from + 1 : from;
      const first = numberIn(text, start, to);
      const comma = text.indexOf(';', start);
      const second = comma < 0 || comma >= to ? 0 : numberIn(text, comma + 1, to);
      this.#move(final, first, second);
    }
  }

  /** Movement, and what changes cells, by the final byte. */
  #move(final: number, first: number, second: number): void {
    const grid = this.#grid;
    const count = first || 1;
    const pen = this.#pen;
    switch (final) {
      case 0x40: return grid.insertCells(count, pen);
      case 0x41: return grid.moveRows(-count);
      case 0x42: return grid.moveRows(count);
      case 0x43: case 0x61: return grid.moveColumns(count);
      case 0x44: return grid.moveColumns(-count);
      case 0x45: grid.moveRows(count); grid.column = 0; return;
      case 0x46: grid.moveRows(-count); grid.column = 0; return;
      case 0x47: case 0x60: grid.column = Math.min(count, grid.columns) - 1; return;
      case 0x48: case 0x66: return grid.place((second || 1) - 1, count - 1);
      case 0x49: for (let i = Math.min(count, grid.columns); i > 0 && grid.column < grid.columns; i--) grid.column = grid.tab; return;
      case 0x4a: return grid.eraseInScreen(first, pen);
      case 0x4b: return grid.eraseInRow(first, pen);
      case 0x4c: return grid.insertRows(count, pen);
      case 0x4d: return grid.deleteRows(count, pen);
      case 0x50: return grid.deleteCells(count, pen);
      case 0x53: return grid.scroll(count, pen);
      case 0x54: return grid.scroll(-count, PLAIN_PEN);
      case 0x58: return grid.eraseCells(count, pen);
      case 0x5a: for (let i = Math.min(count, grid.columns); i > 0 && grid.column < grid.columns; i--) grid.column = grid.tabBefore; return;
      case 0x62: return this.#repeat(count);
      case 0x64: return grid.place(grid.column, count - 1);
      case 0x65: return grid.place(grid.column, grid.row + count - (grid.isOrigin ? grid.top : 0));
      case 0x67: return grid.clearTabs(first);
      case 0x72: return grid.setRegion(count - 1, (second === 0 || second > grid.height ? grid.height : second) - 1);
      case 0x73: return grid.save(this.#hand);
      case 0x75: this.#take(grid.restore());
    }
  } // biome-ignore format: a table

  #repeat(count: number): void {
    const last = this.#last;
    if (last === '') return;
    const cells = cellsOf(last.codePointAt(0)!);
    const text = last.repeat(count);
    if (cells === 1 && last.length === 1 && !this.#isInserting)
      for (let at = 0; at < text.length; ) at = this.#run(text, at);
    else for (let i = 0; i < count; i++) this.#put(last, cells);
  }

  #mode(mode: string, isOn: boolean): void {
    const grid = this.#grid;
    if (mode === '4') this.#isInserting = isOn;
    else if (mode === '?7') this.#isWrapping = isOn;
    else if (mode === '?25') this.#isHidden = !isOn;
    else if (mode === '?6') {
      grid.isOrigin = isOn;
      grid.place(0, 0);
    } else if (mode === '?1048') {
      if (isOn) grid.save(this.#hand);
      else this.#take(grid.restore());
    } else if (mode === '?47' || mode === '?1047' || mode === '?1049') this.#turn(isOn, mode === '?1049');
  }

  /** To the alternate screen, which is then blank, or back. */
  #turn(isOn: boolean, withCursor: boolean): void {
    if (isOn && withCursor) this.#grid.save(this.#hand);
    const to = isOn ? this.#alternate : this.#normal;
    if (to !== this.#grid) {
      to.column = this.#grid.column;
      to.row = this.#grid.row;
      to.isOrigin = this.#grid.isOrigin;
      this.#grid = to;
      if (isOn) to.clear(this.#pen);
    }
    if (!isOn && withCursor) this.#take(to.restore());
  }
}

/** The number that begins at `from`; 0 if none does. */
function numberIn(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}
