/** Our emulator beside xterm.js: the same output leaves the same cells, cursor and region. */
import headless, { type Terminal } from '@xterm/headless';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { LOOK, type Run, Screen, TerminalFilter } from './index.ts';

const ROWS = 8;
const COLUMNS = 20;

interface Core {
  readonly _writeBuffer: { writeSync(text: string): void };
  readonly buffer: { readonly scrollTop: number; readonly scrollBottom: number };
}

/** xterm.js as a text of what it shows. */
class Theirs {
  readonly #terminal: Terminal;
  readonly #core: Core;

  constructor() {
    const shared = { cols: COLUMNS, rows: ROWS, scrollback: 0 };
    this.#terminal = new headless.Terminal({ ...shared, allowProposedApi: true, logLevel: 'off' });
    this.#core = (this.#terminal as unknown as { _core: Core })._core;
  }

  write(text: string): void {
    this.#core._writeBuffer.writeSync(text);
  }

  get shown(): string {
    const { cursorX, cursorY, type } = this.#terminal.buffer.active;
    const { scrollTop, scrollBottom } = this.#core.buffer;
    const rows = Array.from({ length: ROWS }, (_, row) => this.#row(row));
    return shownOf(
      rows,
      Math.min(cursorX, COLUMNS - 1),
      cursorY,
      [scrollTop, scrollBottom],
      type === 'alternate',
    );
  }

  close(): void {
    this.#terminal.dispose();
  }

  #row(row: number): string {
    const buffer = this.#terminal.buffer.active;
    const line = buffer.getLine(buffer.baseY + row)!;
    let cells = '';
    for (let column = 0; column < COLUMNS; column++) {
      const cell = line.getCell(column)!;
      // The second half of a wide character shows nothing; where the first is gone it is a blank.
      if (cell.getWidth() === 0 && line.getCell(column - 1)?.getWidth() === 2) continue;
      const foreground = cell.isFgDefault() ? -1 : cell.getFgColor() + (cell.isFgRGB() ? 0x1000000 : 0);
      const background = cell.isBgDefault() ? -1 : cell.getBgColor() + (cell.isBgRGB() ? 0x1000000 : 0);
      const look =
        (cell.isBold() ? LOOK.bold : 0) |
        (cell.isDim() ? LOOK.dim : 0) |
        (cell.isItalic() ? LOOK.italic : 0) |
        (cell.isUnderline() ? LOOK.underline : 0) |
        (cell.isInverse() ? LOOK.inverse : 0) |
        (cell.isInvisible() ? LOOK.hidden : 0) |
        (cell.isStrikethrough() ? LOOK.strike : 0);
      cells += cellOf({ text: cell.getChars() || ' ', foreground, background, look });
    }
    return cells;
  }
}

/** Of blank cells background and inversion show. */
function cellOf({ text, foreground, background, look }: Omit<Run, 'column'>): string {
  if (text === ' ' && background === -1 && (look & LOOK.inverse) === 0) return '·';
  return `${text}(${foreground},${background},${look})`;
}

function shownOf(
  rows: readonly string[],
  column: number,
  row: number,
  region: readonly number[],
  isAlternate: boolean,
): string {
  const cells = rows.map((each) => each.replace(/·+$/, ''));
  return `${cells.join('\n')}\n${column},${row} ${region.join()} ${isAlternate}`;
}

function oursOf(screen: Screen): string {
  const rows = Array.from({ length: ROWS }, (_, row) =>
    screen
      .runs(row)
      .flatMap((run) => (run.text.match(/\P{M}\p{M}*/gu) ?? []).map((text) => cellOf({ ...run, text })))
      .join(''),
  );
  const { column, row } = screen.cursor;
  return shownOf(rows, column, row, screen.region, screen.isAlternate);
}

const TEXTS = ['a', 'word ', 'a longer text of 30 characters', '\r\n', '\r', '\n', '\b', '\t', 'é', 'qx'];
const FINALS = '@ABCDEFGHIJKLMPSTXZ`abdefr';
const MODES = ['4h', '4l', '?25l', '?1049h', '?1049l', '?47h', '?47l', '?1048h', '?1048l'];
const ESCAPES = ['7', '8', 'D', 'E', 'H', 'M', 'c', '(0', '(B', '[!p', '[m', '[s', '[u', '[3g', '[g'];
const ERASURES = ['K', '1K', '2K', 'J', '1J', '2J', '0K', '0J'];
const COLOURS = [
  '1',
  '2;31',
  '7',
  '0',
  '38;5;200',
  '48;2;1;2;3',
  '38:2::9:8:7',
  '4:3',
  '24;27',
  '39;49',
  '91;102',
  '22',
  '53',
];

/** Wide characters come without colours: what look the blank half of one that was cut has is nobody's business. */
function piece(random: Random, isWide: boolean): string {
  const kind = random.below(isWide ? 9 : 10);
  if (isWide && kind === 0) return '中文';
  if (kind < 4) return random.pick(TEXTS);
  if (kind < 7) {
    const numbers = random.pick(['', `${random.below(25)}`, `${random.below(10)};${random.below(25)}`]);
    return `\x1b[${numbers}${random.pick([...FINALS])}`;
  }
  if (kind === 7) return `\x1b[${random.pick(MODES)}`;
  if (kind === 8) return random.oneIn(2) ? `\x1b${random.pick(ESCAPES)}` : `\x1b[${random.pick(ERASURES)}`;
  return `\x1b[${random.pick(COLOURS)}m`;
}

function round(random: Random, changed: (text: string) => string): void {
  const [ours, theirs] = [new Screen({ columns: COLUMNS, rows: ROWS }), new Theirs()];
  const filter = new TerminalFilter();
  const isWide = random.oneIn(2);
  let output = '';
  for (let i = 4 + random.below(40); i > 0; i--) {
    const text = filter.push(piece(random, isWide));
    output += text;
    ours.writeSafe(changed(text));
    theirs.write(text);
    if (oursOf(ours) !== theirs.shown) {
      throw new Error(`after ${JSON.stringify(output)}\n${oursOf(ours)}\nis not\n${theirs.shown}`);
    }
  }
  theirs.close();
}

/** The canary knows no reverse index. */
export const fuzzer: Fuzzer = {
  name: 'terminal-screen',
  round: (random) => round(random, (text) => text),
  canary: (random) => round(random, (text) => text.replace('\x1bM', '')),
};
