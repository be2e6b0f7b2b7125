/** Lines in a box over the screen: broken where it is narrow, moved through where it is low. */

import { cellsIn } from '../../../base/cells.ts';
import type { Size } from '../../../recorder/terminal/index.ts';
import { cut } from '../safe-text.ts';

/** What the frame of a box takes of a screen. */
const FRAME = { columns: 6, rows: 2 };
/** Behind this the second column of a line is not looked for. */
const INDENT_MAX = 16;

export class TextBox {
  readonly #lines: readonly string[];
  #from = 0;
  #over = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** Moves through what has no room; false for any other key. */
  key(key: string, { rows }: Size): boolean {
    const steps: Readonly<Record<string, number>> = { up: -1, down: 1, 'page-up': -rows, 'page-down': rows };
    const step = steps[key];
    if (step === undefined || this.#over === 0) return false;
    this.#from = Math.min(this.#over, Math.max(0, this.#from + step));
    return true;
  }

  /** The lines that have room, the last of them saying that there are more. */
  shown({ columns, rows }: Size): readonly string[] {
    const lines = this.#lines.flatMap((line) => broken(line, Math.max(INDENT_MAX, columns - FRAME.columns)));
    const room = Math.max(1, rows - FRAME.rows);
    this.#over = Math.max(0, lines.length - room + 1);
    if (lines.length <= room) {
      this.#over = 0;
      return lines;
    }
    this.#from = Math.min(this.#from, this.#over);
    return [...lines.slice(this.#from, this.#from + room - 1), '↑ ↓ for the rest'];
  }
}

/** A line in parts of so many cells; what goes on stands under its second column. */
function broken(line: string, cellsMax: number): string[] {
  const lead = /^\S.{0,13} {2}(?=\S)/.exec(line)?.[0].length ?? 0;
  const indent = ' '.repeat(lead <= INDENT_MAX ? lead : 0);
  const lines: string[] = [];
  let rest = line;
  while (cellsIn(rest) > cellsMax) {
    const fits = cut(rest, cellsMax + 1).slice(0, -1);
    const blank = fits.lastIndexOf(' ');
    const end = blank > indent.length ? blank : Math.max(1, fits.length);
    lines.push(rest.slice(0, end));
    rest = indent + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
