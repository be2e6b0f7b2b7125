/**
 * A session as lines of text, as they were read on its screen: lines that scrolled away, and
 * what stood there when a full-screen program was left or the session ended.
 */
import { Screen, SIZE_USUAL } from '../../recorder/terminal/index.ts';
import type { Beat } from './beat.ts';
import { safeText } from './safe-text.ts';
import type { Tape } from './tape.ts';

/** A line and the record after which it stood there. */
export interface SeenLine {
  readonly seq: number;
  readonly atUs: number;
  readonly text: string;
}

/** Turns between a program's own screen and the normal one. */
const SCREEN_CHANGE = /\x1b\[\?[\d;]*(?:47|1047|1049)[\d;]*[hl]/;
const HELD_MAX = 1000;
/** How often a program's own screen is looked at, in the session's time. */
const LOOK_EVERY_US = 500_000;
/** Wide enough that statements and grids are not wrapped. */
const WIDE = { columns: 500, rows: 24 };

/** Takes beats in order; tells lines. */
export class Reader {
  readonly #screen: Screen;
  readonly #tell: (line: SeenLine) => void;
  /** Of the last beat. */
  seq = 0;
  atUs = 0;
  /** The rows of the normal screen, and how many have scrolled away since. */
  #stood: readonly SeenLine[] = [];
  #scrolled = 0;
  /** What was told of rows that still stand there. */
  readonly #settled: (string | undefined)[] = [];
  /** Of a program's own screen: what was told of it, and when it was looked at. */
  #told = new Set<string>();
  #lookedUs = 0;
  readonly #held: SeenLine[] = [];

  constructor(isTerminal: boolean, tell: (line: SeenLine) => void) {
    this.#tell = tell;
    this.#screen = new Screen(isTerminal ? SIZE_USUAL : WIDE, (text) => this.#scrolledAway(text));
  }

  take(beat: Beat): void {
    this.seq = beat.seq;
    this.atUs = beat.atUs;
    if (beat.kind === 'size') this.#screen.resize(beat.size!);
    if (beat.kind === 'damage') this.#line(`[${beat.text}]`);
    if (beat.kind !== 'output' && beat.kind !== 'error') return;
    if (this.#screen.isAlternate && beat.atUs - this.#lookedUs >= LOOK_EVERY_US) this.#look();
    if (!SCREEN_CHANGE.test(beat.text)) this.#screen.writeSafe(beat.text);
    else this.#change(beat.text);
    if (!this.#screen.isAlternate) this.#stamp();
  }

  /** Nothing comes for a moment: the lines above the cursor are as good as whole. */
  settle(): void {
    if (this.#screen.isAlternate) return this.#look();
    for (let row = 0; row < this.#screen.cursor.row; row++) this.#row(row, this.#screen.text(row));
  }

  /** What stands on the screen at last. */
  end(): void {
    if (this.#screen.isAlternate) this.#look();
    else this.#shown();
    this.#release(Number.POSITIVE_INFINITY);
  }

  /** A line keeps the record after which it has stood there as it is. */
  #scrolledAway(text: string): void {
    const stood = this.#stood[this.#scrolled++];
    if (this.#settled.shift() !== text) this.#line(text, stood?.text === text ? stood : this);
  }

  #stamp(): void {
    const before = this.#stood;
    const { seq, atUs } = this;
    this.#stood = this.#screen.texts.map((text, row) => {
      const stood = before[row + this.#scrolled];
      return stood?.text === text ? stood : { text, seq, atUs };
    });
    this.#scrolled = 0;
  }

  /** Lines of a program's own screen that were not there when it was looked at before. */
  #look(): void {
    this.#lookedUs = this.atUs;
    const { texts } = this.#screen;
    for (const text of texts) if (text !== '' && !this.#told.has(text)) this.#hold(text);
    this.#told = new Set(texts);
  }

  #change(text: string): void {
    for (const part of text.split(/(?=\x1b\[\?[\d;]*(?:47|1047|1049)[\d;]*[hl])/)) {
      if (this.#screen.isAlternate && /^\x1b\[\?[\d;]*l/.test(part)) this.#look();
      this.#screen.writeSafe(part);
    }
  }

  #shown(): void {
    const { texts } = this.#screen;
    while (texts.at(-1) === '') texts.pop();
    for (const [row, text] of texts.entries()) this.#row(row, text);
  }

  /** Tells a row unless it was told as it stands. */
  #row(row: number, text: string): void {
    if (this.#settled[row] === text) return;
    this.#settled[row] = text;
    const stood = this.#stood[row];
    this.#line(text, stood?.text === text ? stood : this);
  }

  #line(text: string, { seq, atUs }: Omit<SeenLine, 'text'> = this): void {
    this.#release(seq);
    this.#tell({ seq, atUs, text: safeText(text) });
  }

  /** What a program showed comes behind the lines that stood there before it. */
  #hold(text: string): void {
    this.#held.push({ seq: this.seq, atUs: this.atUs, text: safeText(text) });
    if (this.#held.length > HELD_MAX) this.#release(Number.POSITIVE_INFINITY);
  }

  #release(before: number): void {
    while (this.#held.length > 0 && this.#held[0]!.seq < before) this.#tell(this.#held.shift()!);
  }
}

/** All lines, each safe for a terminal. */
export async function* transcript(tape: Tape): AsyncGenerator<string> {
  for await (const { text } of seenLines(tape)) yield text;
}

/** As `transcript`, with where each line was seen. */
export async function* seenLines(tape: Tape): AsyncGenerator<SeenLine> {
  let lines: SeenLine[] = [];
  const reader = new Reader(tape.isTerminal, (line) => lines.push(line));
  const narrator = tape.narrator();
  for await (const beats of tape.told(narrator)) {
    for (const beat of beats) reader.take(beat);
    if (beats.length === 0) reader.settle();
    yield* lines;
    lines = [];
  }
  reader.end();
  yield* lines;
}
