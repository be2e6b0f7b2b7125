import { type Bytes, keep, NO_BYTES } from '../../../base/bytes.ts';
import { cellsOf } from '../../../base/cells.ts';
import { valueOfCode } from '../../../base/character.ts';
import { type Grid, OTHER, TAIL } from './grid.ts';
import { control } from './movement.ts';
import { CHARACTER, CONTROL, Sequencer } from './sequence.ts';

/** Of plain text that went by, as much as a screen can show. */
const BYTES_MAX = 8192;
const LF = 0x0a;

/** Plain text that the screen does not show yet: it is drawn when somebody asks. */
export class Stale {
  #bytes: Bytes = NO_BYTES;
  #droppedBytes = 0;

  /** Text that follows what is remembered; copied. */
  remember(plain: Bytes, rows: number): void {
    const { length } = plain;
    const tail = plain.subarray(linesFrom(plain, rows + 1));
    this.#droppedBytes += this.#bytes.length + length - tail.length;
    this.#bytes = keep(tail);
  }

  /** Draws it. The column of a line whose beginning is not remembered is counted in bytes. */
  draw(grid: Grid): void {
    if (this.#bytes.length === 0) return;
    const from = this.#droppedBytes > 0 ? this.#bytes.indexOf(LF) + 1 : 0;
    if (this.#droppedBytes > 0) {
      grid.lineFeed();
      grid.toColumn(from > 0 ? 0 : (grid.column + this.#droppedBytes) % grid.columns);
    }
    render(grid, this.#bytes.subarray(from));
    this.#bytes = NO_BYTES;
    this.#droppedBytes = 0;
  }
}

/** Where the last `count` lines begin, not more than a screen may have before the end. */
function linesFrom(bytes: Bytes, count: number): number {
  const floor = Math.max(0, bytes.length - BYTES_MAX);
  let from = bytes.length;
  for (let i = 0; i <= count && from > floor; i++) from = bytes.lastIndexOf(LF, from - 1);
  return Math.max(floor, from);
}

function render(grid: Grid, bytes: Bytes): void {
  const sequence = new Sequencer();
  for (let at = 0; at < bytes.length; at++) {
    const end = sequence.isGround ? asciiEnd(grid, bytes, at) : at;
    if (end > at) {
      grid.current.cells.set(bytes.subarray(at, end), grid.column);
      grid.advance(end - at);
      at = end - 1;
      continue;
    }
    const what = sequence.push(bytes[at]!);
    if (what === CONTROL) control(grid, sequence.code);
    else if (what === CHARACTER) draw(grid, sequence.code);
  }
}

function draw(grid: Grid, code: number): void {
  const width = code < 0x80 ? 1 : cellsOf(code);
  if (width === 0) return;
  grid.makeRoom(width);
  const value = valueOfCode(code);
  const { cells } = grid.current;
  cells[grid.column] = code < 0x80 ? code : value < 10 ? 0x30 + value : OTHER;
  if (width === 2) cells[grid.column + 1] = TAIL;
  grid.advance(width);
}

/** Where the ASCII ends that has room in the cursor's row. */
function asciiEnd(grid: Grid, bytes: Bytes, from: number): number {
  const room = grid.wraps ? 0 : grid.columns - grid.column;
  let at = from;
  while (at < bytes.length && at - from < room && bytes[at]! >= 0x20 && bytes[at]! < 0x7f) at++;
  return at;
}
