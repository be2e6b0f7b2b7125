/**
 * One row of a screen: a cell is a UTF-16 code unit, two colours and a look. What is no single unit (a
 * pair of surrogates, a letter with marks) stands in a table beside it.
 */

/** Cells behind a wide character. */
const BEHIND_WIDE = 0;
/** Cells whose text stands in the table. */
const IN_TABLE = 0xffff;
const BLANK = 0x20;
/** Marks that one cell keeps. */
const MARKS_MAX = 8;

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

/** What cells are written with. Colours as in `Run`. */
export interface Pen {
  readonly foreground: number;
  readonly background: number;
  readonly look: number;
}

export const PLAIN_PEN: Pen = { foreground: -1, background: -1, look: 0 };

/** One row. Columns are from 0, ranges half-open and within the row. */
export class Row {
  readonly columns: number;
  /** It goes on in the row below. */
  wraps = false;
  /** Whose it is, for who reads lines: set by them, moved with the row. */
  stamp: unknown = null;
  readonly #units: Uint16Array;
  readonly #text: Buffer;
  readonly #foreground: Int32Array;
  readonly #background: Int32Array;
  readonly #look: Uint8Array;
  /** All cells have the plain pen. */
  #isPlain = true;
  /** Nothing was written since it was cleared. */
  #isBlank = true;
  #table: Map<number, string> | null = null;
  /** Some cell is not one unit: the text is more than the units. */
  #isMixed = false;

  constructor(columns: number) {
    this.columns = columns;
    this.#units = new Uint16Array(columns).fill(BLANK);
    this.#text = Buffer.from(this.#units.buffer);
    this.#foreground = new Int32Array(columns).fill(-1);
    this.#background = new Int32Array(columns).fill(-1);
    this.#look = new Uint8Array(columns);
  }

  /** Writes the units of `text` in [from, to), one a cell, from a column on. */
  print(text: string, from: number, to: number, column: number, pen: Pen): void {
    const units = this.#units;
    this.#isBlank = false;
    if (this.#isMixed) this.#cutWide(column, column + to - from, pen);
    for (let at = from, cell = column; at < to; at++) units[cell++] = text.charCodeAt(at);
    this.#paint(column, column + to - from, pen);
  }

  /** Writes one character that is wide or no single unit. */
  put(character: string, cells: number, column: number, pen: Pen): void {
    this.#cutWide(column, column + cells, pen);
    this.#isBlank = false;
    this.#isMixed = true;
    if (character.length === 1) this.#units[column] = character.charCodeAt(0);
    else this.#tell(column, character);
    if (cells === 2) this.#units[column + 1] = BEHIND_WIDE;
    this.#paint(column, column + cells, pen);
  }

  /** Adds a mark to the character before a column. */
  join(mark: string, column: number): void {
    const cell = column - (this.#units[column - 1] === BEHIND_WIDE ? 2 : 1);
    if (cell < 0) return;
    const before = this.#character(cell);
    if (before.length >= MARKS_MAX) return;
    this.#isMixed = true;
    this.#tell(cell, before + mark);
  }

  /** Blank cells in the background of a pen. */
  erase(from: number, to: number, pen: Pen): void {
    if (from >= to) return;
    const blank = blankPen(pen);
    if (this.#isMixed) this.#cutWide(from, to, blank);
    this.#blank(from, to, blank);
  }

  /** All cells blank. */
  clear(background = -1): void {
    this.wraps = false;
    // Programs that clear again and again what is blank are not to be paid for by cells.
    if (this.#isBlank && background === -1) return;
    this.#isBlank = background === -1;
    this.#units.fill(BLANK);
    this.#table = null;
    this.#isMixed = false;
    if (this.#isPlain && background === -1) return;
    this.#foreground.fill(-1);
    this.#background.fill(background);
    this.#look.fill(0);
    this.#isPlain = background === -1;
  }

  /** Blank cells at a column; what is moved out at the end is lost. */
  insert(at: number, count: number, pen: Pen): void {
    const to = Math.max(at, this.columns - count);
    this.#cutWide(at, to, blankPen(pen));
    this.#move(at, to, at + count);
    this.#blank(at, Math.min(this.columns, at + count), blankPen(pen));
  }

  /** Cells at a column go; blank ones come at the end. */
  delete(at: number, count: number, pen: Pen): void {
    const from = Math.min(this.columns, at + count);
    this.#cutWide(at, from, blankPen(pen));
    this.#move(from, this.columns, at);
    this.#blank(Math.max(at, this.columns - count), this.columns, blankPen(pen));
  }

  #move(from: number, to: number, target: number): void {
    for (const cells of [this.#units, this.#foreground, this.#background, this.#look])
      cells.copyWithin(target, from, to);
    if (this.#table === null) return;
    const table = new Map([...this.#table].filter(([cell]) => cell < Math.min(from, target)));
    for (const [cell, text] of this.#table)
      if (cell >= from && cell < to) table.set(cell + target - from, text);
    this.#table = table;
  }

  #blank(from: number, to: number, pen: Pen): void {
    this.#units.fill(BLANK, from, to);
    this.#paint(from, to, pen);
  }

  /** The same row in another width. */
  resized(columns: number): Row {
    const row = new Row(columns);
    const kept = Math.min(columns, this.columns);
    row.#units.set(this.#units.subarray(0, kept));
    row.#foreground.set(this.#foreground.subarray(0, kept));
    row.#background.set(this.#background.subarray(0, kept));
    row.#look.set(this.#look.subarray(0, kept));
    row.#isPlain = this.#isPlain;
    row.#isBlank = this.#isBlank;
    row.#isMixed = this.#isMixed;
    row.#table = this.#table;
    row.stamp = this.stamp;
    if (kept < this.columns && this.#units[kept] === BEHIND_WIDE) row.#units[kept - 1] = BLANK;
    return row;
  }

  /** True if some cell may show a character; quicker than to ask for the text. */
  mayHold(unit: number): boolean {
    return this.#isMixed || this.#units.includes(unit);
  }

  /** Text without blanks at its end. */
  get text(): string {
    if (this.#isBlank) return '';
    let to = this.columns;
    while (to > 0 && this.#units[to - 1] === BLANK) to--;
    if (to === 0) return '';
    if (!this.#isMixed) return this.#text.toString('utf16le', 0, to * 2);
    let text = '';
    for (let cell = 0; cell < to; cell++) text += this.#character(cell);
    return text.trimEnd();
  }

  /** The first cells in runs of one look; blank ends are left out. */
  runs(columns: number): Run[] {
    if (this.#isPlain) {
      const text = columns >= this.columns ? this.text : this.#between(0, columns).trimEnd();
      return text === '' ? [] : [{ column: 0, text, ...PLAIN_PEN }];
    }
    const runs: Run[] = [];
    const end = Math.min(columns, this.columns);
    for (let from = 0, to = 0; from < end; from = to) {
      for (to = from + 1; to < end && this.#isAlike(from, to); ) to++;
      const text = this.#between(from, to);
      if (text !== '') runs.push({ column: from, text, ...this.#penAt(from) });
    }
    return withoutBlankEnd(runs);
  }

  #penAt(cell: number): Pen {
    return {
      foreground: this.#foreground[cell]!,
      background: this.#background[cell]!,
      look: this.#look[cell]!,
    };
  }

  #isAlike(one: number, other: number): boolean {
    if (this.#units[other] === BEHIND_WIDE) return true;
    return (
      this.#foreground[one] === this.#foreground[other] &&
      this.#background[one] === this.#background[other] &&
      this.#look[one] === this.#look[other]
    );
  }

  #between(from: number, to: number): string {
    if (!this.#isMixed) return this.#text.toString('utf16le', from * 2, to * 2);
    let text = '';
    for (let cell = from; cell < to; cell++) text += this.#character(cell);
    return text;
  }

  #character(cell: number): string {
    const unit = this.#units[cell]!;
    if (unit === BEHIND_WIDE) return '';
    return unit === IN_TABLE ? (this.#table?.get(cell) ?? ' ') : String.fromCharCode(unit);
  }

  #tell(cell: number, text: string): void {
    this.#table ??= new Map();
    this.#table.set(cell, text);
    this.#units[cell] = IN_TABLE;
  }

  #paint(from: number, to: number, { foreground, background, look }: Pen): void {
    if (foreground === -1 && background === -1 && look === 0) {
      if (this.#isPlain) return;
    } else {
      this.#isPlain = false;
      this.#isBlank = false;
    }
    this.#foreground.fill(foreground, from, to);
    this.#background.fill(background, from, to);
    this.#look.fill(look, from, to);
  }

  /** Half of a wide character is none: what a range cuts in two becomes blank. */
  #cutWide(from: number, to: number, pen: Pen): void {
    const units = this.#units;
    if (from > 0 && from < this.columns && units[from] === BEHIND_WIDE) {
      units.fill(BLANK, from - 1, from + 1);
      this.#paint(from - 1, from, pen);
    }
    if (to < this.columns && units[to] === BEHIND_WIDE) {
      units.fill(BLANK, to - 1, to + 1);
      this.#paint(to, to + 1, pen);
    }
  }
}

/** The pen of what is erased. */
function blankPen({ background }: Pen): Pen {
  return background === -1 ? PLAIN_PEN : { ...PLAIN_PEN, background };
}

function withoutBlankEnd(runs: Run[]): Run[] {
  const last = runs.at(-1);
  const isBare = last !== undefined && last.background === -1 && (last.look & ~LOOK.bold & ~LOOK.dim) === 0;
  if (!isBare) return runs;
  const text = last.text.trimEnd();
  return text === '' ? runs.slice(0, -1) : [...runs.slice(0, -1), { ...last, text }];
}
