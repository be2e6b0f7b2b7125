/**
 * Walks a terminal's output sequence by sequence: the screen follows, the text is written down, and
 * the row is judged wherever the stream says that what stands in it is complete: before the cursor
 * goes back in it, before it is left, and behind a number.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { cellsOf } from '../../../base/cells.ts';
import { valueOfCode } from '../../../base/character.ts';
import { BLANK, type Grid, OTHER, TAIL } from './grid.ts';
import type { Judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import * as movement from './movement.ts';
import { isDigit } from './open-number.ts';
import { isFresh, isWritten } from './row.ts';
import * as sequences from './sequence.ts';
import type { WrittenText } from './written.ts';

/** Cells without a digit behind which a number cannot go on. */
const CLOSING_CELLS = 2;
/** Bytes behind a digit after which it is decided, whatever stands between. */
const UNDECIDED_BYTES_MAX = 16_384;
/** What stands in the text where the cursor jumps. */
const BREAK = 0x0a;
const CR = 0x0d;
const LF = 0x0a;
/** On fewer rows the one that is left may be the one that is written next. */
const ROWS_MIN = 4;

/** What a walker works on. */
export interface WalkerParts {
  readonly grid: Grid;
  readonly ledger: Ledger;
  readonly text: WrittenText;
  readonly judge: Judge;
}

/** One terminal's walker; keeps sequences that are cut between two calls. */
export class Walker {
  readonly #grid: Grid;
  readonly #ledger: Ledger;
  readonly #text: WrittenText;
  readonly #judge: Judge;
  readonly #sequence = new sequences.Sequencer();
  /** Stream offset of the first byte of the call's bytes. */
  #base = 0;
  /** Stream offset of the first digit that is not decided in the row; -1 if there is none. */
  #digitAt = -1;
  /** Cells written since the last digit. */
  #sinceDigit = CLOSING_CELLS;
  /** The row may hold what the text in its order does not show. */
  #isDirty = false;
  /** Something was written since the row was judged last. */
  #isChanged = false;
  /** CR has come, and nothing behind it. */
  #isReturned = false;
  #isInString = false;
  /** Cell of the character that a repetition repeats; 0 if there is none. */
  #repeated = 0;

  constructor({ grid, ledger, text, judge }: WalkerParts) {
    this.#grid = grid;
    this.#ledger = ledger;
    this.#text = text;
    this.#judge = judge;
  }

  /** Stream offset of the first byte that is not decided by the row; -1 if there is none. */
  get undecidedAt(): number {
    return this.#digitAt;
  }

  /** Bytes of an open character. */
  get openBytes(): number {
    return this.#sequence.isInCharacter ? this.#sequence.characterBytes : 0;
  }

  /** No sequence is open. */
  get isWhole(): boolean {
    return this.#sequence.isGround;
  }

  /** Plain text that comes next needs no walk: the text in its order shows all that it shows. */
  get isPlain(): boolean {
    if (this.#isDirty || this.#isReturned || this.#digitAt >= 0 || !this.#sequence.isGround) return false;
    return this.#grid.autowrap && !this.#grid.insert;
  }

  /** Walks [from, to) of the bytes, the first of which has the offset `base` in the stream. */
  walk(bytes: Bytes, from: number, to: number, base: number): void {
    this.#base = base;
    for (let at = from; at < to; ) {
      let end = this.#sequence.isGround ? runEnd(bytes, at, to) : at;
      if (end > at) this.#run(bytes, at, end);
      else this.#take(this.#sequence.push(bytes[at]!), bytes, end++);
      at = end;
      if (this.#digitAt >= 0 && base + at - this.#digitAt > UNDECIDED_BYTES_MAX) this.#settle();
    }
  }

  /** The row is judged as if nothing more came; all that was written is decided. */
  flush(): void {
    this.#isDirty = true;
    this.#judgeRow();
    if (this.#digitAt >= 0) this.#judge.closeNumber();
    this.#leave();
  }

  /** Another size. */
  resized(): void {
    this.#text.scan(false);
    this.#settle();
    this.#isDirty = true;
  }

  #take(what: number, bytes: Bytes, at: number): void {
    if (this.#sequence.isBroken) this.#character(bytes, at, 0xfffd, 0);
    if (what === sequences.INSIDE) return;
    if (what === sequences.CHARACTER) {
      const { code, characterBytes } = this.#sequence;
      this.#character(bytes, at + 1, code, characterBytes);
    } else if (what === sequences.CONTROL) this.#control(this.#sequence.code);
    else if (what === sequences.CSI) this.#csi(at);
    else if (what === sequences.ESCAPE) {
      const sort = movement.sortOfEscape(this.#sequence);
      this.#act(sort, BREAK, () => movement.escapes(this.#grid, this.#sequence));
    } else this.#string(what, at);
  }

  #control(code: number): void {
    if (code === CR) return this.#return();
    if (code === LF) this.#isReturned = false;
    const text = code === 0x09 || code === 0x08 ? code : BREAK;
    this.#act(movement.sortOfControl(code), text, () => movement.control(this.#grid, code));
  }

  #return(): void {
    this.#text.append(CR);
    this.#judgeRow();
    if (this.#grid.insert) this.#leaveHidden();
    if (this.#grid.column > 0) this.#isReturned = true;
    this.#grid.toColumn(0);
  }

  #csi(at: number): void {
    const sort = movement.sortOfCsi(this.#grid, this.#sequence);
    if (sort === movement.REPEAT) return this.#repeat(this.#sequence.parameter(0, 1), this.#base + at);
    this.#act(sort, BREAK, () => movement.csi(this.#grid, this.#sequence));
  }

  /** Judges what has to be before the screen changes, then changes it. */
  #act(sort: number, text: number, perform: () => void): void {
    if (sort === movement.STILL) return perform();
    this.#touch();
    if (sort !== movement.ERASE) this.#text.append(text);
    if (sort === movement.AWAY) return this.#go(perform);
    this.#judgeRow();
    if (sort === movement.BACK && this.#shifts()) this.#leaveHidden();
    const { column } = this.#grid;
    perform();
    if (sort !== movement.ERASE)
      this.#isDirty ||= sort === movement.BACK || text !== 0x09 || this.#passed(column);
  }

  /** To another row: what stands in this one is judged. */
  #go(perform: () => void): void {
    this.#settle();
    perform();
    this.#isDirty = !this.#isFresh();
  }

  /** The row is empty and goes on from none; asked again where digits touch it that may have to be hidden. */
  #isFresh(): boolean {
    if (isFresh(this.#grid)) return true;
    if (isWritten(this.#grid)) return false;
    this.#text.scan(false);
    return isFresh(this.#grid);
  }

  /** What is written next may move what is written already. */
  #shifts(): boolean {
    const { code } = this.#sequence;
    return this.#grid.insert || code === 0x40 || code === 0x50 || code === 0x68;
  }

  /** A tab has gone over cells that are written. */
  #passed(column: number): boolean {
    const { cells } = this.#grid.current;
    for (let i = column; i < cells.length; i++) if (cells[i] !== BLANK) return true;
    return false;
  }

  /** Printable ASCII. */
  #run(bytes: Bytes, from: number, to: number): void {
    this.#touch();
    for (let at = from; at < to; ) {
      if (this.#grid.makeRoom(1)) this.#wrapped();
      const room = Math.min(to, at + this.#grid.columns - this.#grid.column);
      const end = this.#place(bytes, at, room);
      at = end;
    }
  }

  /** Writes ASCII up to `to` or to where a number is closed; gives where it has ended. */
  #place(bytes: Bytes, from: number, to: number): number {
    const grid = this.#grid;
    const { column } = grid;
    const { cells } = grid.current;
    let [at, since] = [from, this.#sinceDigit];
    let isClosed = false;
    for (; at < to && !isClosed; at++) {
      if (isDigit(bytes[at]!)) {
        if (this.#digitAt < 0) this.#digitAt = this.#base + at;
        since = 0;
      } else isClosed = ++since === CLOSING_CELLS && this.#digitAt >= 0;
    }
    if (grid.insert) grid.insertCharacters(at - from);
    for (let i = from; i < at; i++) cells[column + i - from] = bytes[i]!;
    this.#sinceDigit = since;
    this.#repeated = bytes[at - 1]!;
    const text = this.#text.to;
    this.#text.appendRun(bytes, from, at);
    const width = at - from;
    const raw = this.#base + from;
    this.#ledger.add({ raw, bytes: width, text, line: grid.current, column, width, sort: 'run' });
    grid.advance(width);
    this.#isChanged = true;
    if (isClosed) this.#settle();
    return at;
  }

  /** A character beyond ASCII whose last byte stands before `end`. */
  #character(bytes: Bytes, end: number, code: number, length: number): void {
    this.#touch();
    const grid = this.#grid;
    const width = cellsOf(code);
    if (width > 0 && grid.makeRoom(width)) this.#wrapped();
    const value = valueOfCode(code);
    const cell = value < 10 ? 0x30 + value : OTHER;
    const { column } = grid;
    if (width > 0) this.#draw(column, width, cell);
    const from = Math.max(0, end - length);
    const raw = this.#base + from;
    const line = width > 0 && value < 10 && end - from === length ? grid.current : null;
    const text = this.#text.to;
    this.#text.appendRun(bytes, from, end);
    if (end > from)
      this.#ledger.add({ raw, bytes: end - from, text, line, column, width, sort: 'character' });
    if (width > 0) {
      this.#countCell(cell, raw);
      grid.advance(width);
    }
  }

  #draw(column: number, width: number, cell: number): void {
    if (this.#grid.insert) this.#grid.insertCharacters(width);
    const { cells } = this.#grid.current;
    cells[column] = cell;
    if (width === 2) cells[column + 1] = TAIL;
    this.#repeated = cell;
    this.#isChanged = true;
  }

  #countCell(cell: number, raw: number): void {
    if (isDigit(cell)) {
      if (this.#digitAt < 0) this.#digitAt = raw;
      this.#sinceDigit = 0;
    } else if (++this.#sinceDigit === CLOSING_CELLS && this.#digitAt >= 0) this.#settle();
  }

  /** REP: what it draws stands in no byte, so that hiding it is to move on instead. */
  #repeat(count: number, raw: number): void {
    if (this.#repeated === 0) return;
    const grid = this.#grid;
    let left = Math.min(count, grid.columns * grid.rows);
    this.#touch();
    this.#isDirty = true;
    while (left > 0) {
      if (grid.makeRoom(1)) this.#wrapped();
      const width = Math.min(left, grid.columns - grid.column);
      const { column } = grid;
      grid.current.cells.fill(this.#repeated, column, column + width);
      this.#ledger.add({ raw, bytes: 1, text: -1, line: grid.current, column, width, sort: 'repeat' });
      if (isDigit(this.#repeated) && this.#digitAt < 0) this.#digitAt = raw;
      this.#sinceDigit = isDigit(this.#repeated) ? 0 : this.#sinceDigit + width;
      grid.advance(width);
      left -= width;
    }
    this.#isChanged = true;
    this.#text.append(BREAK);
  }

  /** Text of titles, links and clipboards: scanned, though it stands in no cell. */
  #string(what: number, at: number): void {
    if (!this.#isInString) this.#text.append(BREAK);
    this.#isInString = what === sequences.STRING;
    if (this.#isInString) {
      this.#ledger.addString(this.#base + at, this.#text.to);
      this.#text.append(this.#sequence.code);
      return;
    }
    this.#text.append(BREAK);
    this.#isDirty = true;
  }

  #wrapped(): void {
    if (this.#grid.rows < ROWS_MIN) this.#leave();
    if (!this.#isFresh()) this.#isDirty = true;
  }

  /** Behind CR something else than LF comes: what stands in the row may be overwritten. */
  #touch(): void {
    if (!this.#isReturned) return;
    this.#isReturned = false;
    this.#isDirty = true;
  }

  #judgeRow(): void {
    if (!this.#isDirty || !this.#isChanged) return;
    this.#isChanged = false;
    // What the text shows is hidden first: else it would depend on the cuts which of both finds it.
    this.#text.scan(false);
    this.#judge.judge();
  }

  #settle(): void {
    this.#judgeRow();
    this.#leave();
  }

  /** Before cells move: what the text shows is hidden where it stands. */
  #leaveHidden(): void {
    this.#text.scan(false);
    this.#leave();
  }

  #leave(): void {
    this.#ledger.leave();
    this.#digitAt = -1;
    this.#sinceDigit = CLOSING_CELLS;
  }
}

function runEnd(bytes: Bytes, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at]! >= 0x20 && bytes[at]! < 0x7f) at++;
  return at;
}
