/**
 * What the player draws: the session's screen, a bar below it, and what lies over both. Only
 * lines that changed are written. Everything comes from the emulator's cells or from safe text.
 */
import pc from 'picocolors';
import { cellsIn } from '../../../base/cells.ts';
import { lookSequence, type Screen, type Size } from '../../../recorder/terminal/index.ts';
import { cut, padded } from '../safe-text.ts';

const BEGIN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const END = '\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l';
const BAR_MIN = 8;

/** What stands beside the screen. */
export interface Frame {
  readonly screen: Screen;
  /** `▶`, `⏸`, `■`, `●`. */
  readonly sign: string;
  readonly clock: string;
  /** 0 to 1. */
  readonly share: number;
  readonly speed: string;
  readonly who: string;
  readonly status: string;
  readonly isSound: boolean;
  /** Red, over the first line: what is wrong here. */
  readonly banner: string | null;
  /** Above the bar: what is typed, asked, or said. */
  readonly note: string | null;
  /** A box over the screen. */
  readonly box: readonly string[] | null;
  /** Line of the box that is chosen; -1 for none. */
  readonly chosen: number;
}

/** Draws on one terminal. `begin` before, `end` after, whatever happens. */
export class View {
  readonly #output: NodeJS.WriteStream;
  readonly #colours: ReturnType<typeof pc.createColors>;
  #drawn: string[] = [];
  #cursor = '';

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    this.#colours = pc.createColors(process.env['NO_COLOR'] === undefined);
  }

  get size(): Size {
    return { columns: this.#output.columns ?? 80, rows: this.#output.rows ?? 24 };
  }

  /** Rows for the session. */
  get room(): Size {
    const { columns, rows } = this.size;
    return { columns, rows: Math.max(1, rows - 1) };
  }

  begin(wanted: Size | null): void {
    const resize = wanted === null ? '' : `\x1b[8;${wanted.rows + 1};${wanted.columns}t`;
    this.#output.write(resize + BEGIN);
  }

  end(): void {
    this.#output.write(END);
  }

  /** Draws all lines at the next call. */
  forget(): void {
    this.#drawn = [];
    this.#output.write('\x1b[m\x1b[2J');
  }

  draw(frame: Frame): void {
    const lines = this.#lines(frame);
    let out = '';
    for (const [row, line] of lines.entries())
      if (line !== this.#drawn[row]) out += `\x1b[${row + 1};1H\x1b[m\x1b[K${line}\x1b[m`;
    const cursor = this.#cursorOf(frame);
    if (out !== '' || cursor !== this.#cursor) this.#output.write(`\x1b[?25l${out}${cursor}`);
    this.#drawn = lines;
    this.#cursor = cursor;
  }

  #lines(frame: Frame): string[] {
    const { columns, rows } = this.room;
    const { screen } = frame;
    const from = this.#firstRow(screen);
    const lines = Array.from({ length: rows }, (_, row) =>
      from + row < screen.size.rows ? this.#screenLine(screen, from + row, columns) : '',
    );
    if (frame.box !== null) this.#lay(lines, frame.box, frame.chosen);
    if (frame.banner !== null) lines[0] = this.#bar(` ${frame.banner}`, '\x1b[41;97m');
    if (frame.note !== null) lines[rows - 1] = this.#bar(` ${frame.note}`, '\x1b[7m');
    return [...lines, this.#status(frame)];
  }

  /** Of a screen that is higher than ours, the part with the cursor. */
  #firstRow(screen: Screen): number {
    const over = screen.size.rows - this.room.rows;
    return Math.max(0, Math.min(over, screen.cursor.row - this.room.rows + 1));
  }

  #screenLine(screen: Screen, row: number, columns: number): string {
    const runs = screen.runs(row, columns);
    return runs.map((run) => lookSequence(run) + run.text).join('');
  }

  #bar(text: string, sequence: string): string {
    return `${sequence}${padded(cut(text, this.size.columns), this.size.columns)}`;
  }

  #lay(lines: string[], box: readonly string[], chosen: number): void {
    const { columns, rows } = this.room;
    const width = Math.min(columns - 4, Math.max(...box.map(cellsIn)) + 2);
    const top = Math.max(0, Math.floor((rows - box.length - 2) / 2));
    const left = Math.max(1, Math.floor((columns - width - 2) / 2) + 1);
    const framed = [
      `╭${'─'.repeat(width)}╮`,
      ...box.map((line, index) => {
        const text = padded(` ${cut(line, width - 2)}`, width);
        return `│${index === chosen ? `\x1b[7m${text}\x1b[27m` : text}│`;
      }),
      `╰${'─'.repeat(width)}╯`,
    ];
    for (const [index, line] of framed.slice(0, rows - top).entries())
      lines[top + index] = `${lines[top + index]}\x1b[${left}G\x1b[m${line}`;
  }

  #status(frame: Frame): string {
    const { columns } = this.size;
    const colours = this.#colours;
    const left = ` ${frame.sign} ${frame.clock} `;
    const right = ` ${frame.speed}  ${frame.who}  ${frame.status} `;
    const room = columns - cellsIn(left) - cellsIn(right);
    if (room < BAR_MIN) return this.#bar(`${left}${frame.speed}  ${frame.status}`, '\x1b[7m');
    const filled = Math.round(room * Math.min(1, Math.max(0, frame.share)));
    const line = colours.cyan('━'.repeat(filled)) + colours.dim('─'.repeat(room - filled));
    const status = frame.isSound ? colours.green(frame.status) : colours.red(frame.status);
    return `${colours.bold(left)}${line} ${frame.speed}  ${frame.who}  ${status} `;
  }

  #cursorOf({ screen, box }: Frame): string {
    const { column, row, visible } = screen.cursor;
    const at = row - this.#firstRow(screen);
    const isInside = column < this.room.columns && at >= 0 && at < this.room.rows;
    if (!visible || box !== null || !isInside) return '\x1b[?25l';
    return `\x1b[${at + 1};${column + 1}H\x1b[?25h`;
  }
}
