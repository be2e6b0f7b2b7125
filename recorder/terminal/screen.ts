/**
 * A terminal without a display: takes recorded output, gives what stood on the screen. Nothing
 * reaches the emulator that `TerminalFilter` has not passed.
 */
import headless, { type IBuffer, type IBufferCell, type Terminal } from '@xterm/headless';
import { TerminalFilter } from './filter.ts';

/** Cells with one look. Colours: -1 the default, 0 to 255 of the palette, from 2^24 on a true colour. */
export interface Run {
  /** Cell that it begins in, from 0. */
  readonly column: number;
  readonly text: string;
  readonly foreground: number;
  readonly background: number;
  /** Bits of `LOOK`. */
  readonly look: number;
}

/** How text is drawn. */
export const LOOK = {
  bold: 1,
  dim: 2,
  italic: 4,
  underline: 8,
  inverse: 16,
  hidden: 32,
  strike: 64,
} as const;

/** Where the cursor stands, from 0. */
export interface Cursor {
  readonly column: number;
  readonly row: number;
  readonly visible: boolean;
}

/** A size of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Sizes that are believed: a recorded one beyond is cut. */
export const SIZE_MAX: Size = { columns: 500, rows: 200 };
export const SIZE_USUAL: Size = { columns: 80, rows: 24 };
/** The emulator works through this many characters at a time: no more lines can scroll than are kept. */
const PIECE_CHARACTERS = 4096;
const SCROLLED_LINES_MAX: number = PIECE_CHARACTERS * 2;

/** Parts of the emulator that its typings do not show; version 6.0.0, a test holds them. */
interface Core {
  readonly _writeBuffer: { writeSync(text: string): void };
  readonly coreService: { readonly isCursorHidden: boolean };
  readonly buffer: {
    readonly scrollTop: number;
    readonly scrollBottom: number;
  };
}

/** One screen. Synchronous: when `write` returns, the screen shows it. */
export class Screen {
  #terminal!: Terminal;
  #core!: Core;
  #cell!: IBufferCell;
  #filter = new TerminalFilter();
  #decoder = new TextDecoder();
  readonly #onScrolled: ((line: string) => void) | null;

  /** `onScrolled` is told each line that leaves the top of the normal screen. */
  constructor(size: Size = SIZE_USUAL, onScrolled: ((line: string) => void) | null = null) {
    this.#onScrolled = onScrolled;
    this.#open(bounded(size));
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  get cursor(): Cursor {
    const { cursorX, cursorY } = this.#buffer;
    const column = Math.min(cursorX, this.#terminal.cols - 1);
    return { column, row: cursorY, visible: !this.#core.coreService.isCursorHidden };
  }

  /** A full-screen program shows itself. */
  get isAlternate(): boolean {
    return this.#buffer.type === 'alternate';
  }

  /** Rows of the scrolling region, from 0, both included. */
  get region(): readonly [number, number] {
    return [this.#core.buffer.scrollTop, this.#core.buffer.scrollBottom];
  }

  /** Whether text wraps, what origin means, whether text is inserted. */
  get modes(): Readonly<{ wrap: boolean; origin: boolean; insert: boolean }> {
    const { wraparoundMode, originMode, insertMode } = this.#terminal.modes;
    return { wrap: wraparoundMode, origin: originMode, insert: insertMode };
  }

  /** Output as it was recorded: bytes of UTF-8, cut anywhere, or text. */
  write(output: Uint8Array | string): void {
    const text = typeof output === 'string' ? output : this.#decoder.decode(output, { stream: true });
    this.writeSafe(this.#filter.push(text));
  }

  /** What a filter has passed. */
  writeSafe(text: string): void {
    for (let from = 0; from < text.length; from += PIECE_CHARACTERS) {
      const isWhole = from === 0 && text.length <= PIECE_CHARACTERS;
      this.#core._writeBuffer.writeSync(isWhole ? text : text.slice(from, from + PIECE_CHARACTERS));
      this.#takeScrolled();
    }
  }

  /** Another size, cut to what is believed. */
  resize(size: Size): void {
    const { columns, rows } = bounded(size);
    this.#terminal.resize(columns, rows);
    this.#takeScrolled();
  }

  /** Empty, in that size, as new. */
  reset(size: Size): void {
    this.#terminal.dispose();
    this.#filter = new TerminalFilter();
    this.#decoder = new TextDecoder();
    this.#open(bounded(size));
  }

  /** The first cells of a row in runs of one look; blank ends are left out. */
  runs(row: number, columns: number = this.#terminal.cols): Run[] {
    const line = this.#buffer.getLine(this.#buffer.baseY + row);
    const runs: { -readonly [Name in keyof Run]: Run[Name] }[] = [];
    if (line === undefined) return runs;
    for (let column = 0; column < Math.min(columns, this.#terminal.cols); column++) {
      const cell = line.getCell(column, this.#cell);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const [text, foreground, background, look] = [cell.getChars() || ' ', ...colours(cell), lookOf(cell)];
      const open = runs.at(-1);
      if (open?.foreground === foreground && open.background === background && open.look === look)
        open.text += text;
      else runs.push({ column, text, foreground, background, look });
    }
    return withoutBlankEnd(runs);
  }

  /** The text of a row without blanks at its end. */
  text(row: number): string {
    return (
      this.#buffer
        .getLine(this.#buffer.baseY + row)
        ?.translateToString(true)
        .trimEnd() ?? ''
    );
  }

  /** The text of all rows. */
  get texts(): string[] {
    return Array.from({ length: this.#terminal.rows }, (_, row) => this.text(row));
  }

  get #buffer(): IBuffer {
    return this.#terminal.buffer.active;
  }

  #open({ columns: cols, rows }: Size): void {
    const scrollback = SCROLLED_LINES_MAX;
    this.#terminal = new headless.Terminal({
      cols,
      rows,
      scrollback,
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.#core = (this.#terminal as unknown as { _core: Core })._core;
    this.#cell = this.#terminal.buffer.active.getNullCell();
  }

  /** Lines above the screen are told and let go. */
  #takeScrolled(): void {
    const { normal } = this.#terminal.buffer;
    if (normal.baseY === 0 || this.isAlternate) return;
    if (this.#onScrolled !== null)
      for (let line = 0; line < normal.baseY; line++)
        this.#onScrolled(normal.getLine(line)?.translateToString(true).trimEnd() ?? '');
    this.#core._writeBuffer.writeSync('\x1b[3J');
  }
}

function bounded({ columns, rows }: Size): Size {
  const within = (value: number, most: number, usual: number): number =>
    Number.isInteger(value) && value > 0 ? Math.min(value, most) : usual;
  return {
    columns: Math.max(2, within(columns, SIZE_MAX.columns, SIZE_USUAL.columns)),
    rows: within(rows, SIZE_MAX.rows, SIZE_USUAL.rows),
  };
}

function colours(cell: IBufferCell): [number, number] {
  const foreground = cell.isFgDefault() ? -1 : cell.getFgColor() + (cell.isFgRGB() ? 0x1000000 : 0);
  const background = cell.isBgDefault() ? -1 : cell.getBgColor() + (cell.isBgRGB() ? 0x1000000 : 0);
  return [foreground, background];
}

function lookOf(cell: IBufferCell): number {
  return (
    (cell.isBold() ? LOOK.bold : 0) |
    (cell.isDim() ? LOOK.dim : 0) |
    (cell.isItalic() ? LOOK.italic : 0) |
    (cell.isUnderline() ? LOOK.underline : 0) |
    (cell.isInverse() ? LOOK.inverse : 0) |
    (cell.isInvisible() ? LOOK.hidden : 0) |
    (cell.isStrikethrough() ? LOOK.strike : 0)
  );
}

function withoutBlankEnd(runs: Run[]): Run[] {
  const last = runs.at(-1);
  const isBare = last !== undefined && last.background === -1 && (last.look & ~LOOK.bold & ~LOOK.dim) === 0;
  if (!isBare) return runs;
  const text = last.text.trimEnd();
  return text === '' ? runs.slice(0, -1) : [...runs.slice(0, -1), { ...last, text }];
}
