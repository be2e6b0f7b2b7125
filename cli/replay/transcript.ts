/**
 * A session as lines of text, as they were read on its screen: lines that scrolled away, and
 * what stood there when a full-screen program was left or the session ended.
 */
import { type Row, Screen, SIZE_USUAL } from '../../recorder/terminal/index.ts';
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
/** A line that wraps on and on is told in parts of about this size. */
const LINE_CHARACTERS_MAX = 16_384;
/** How often a program's own screen is looked at, in the session's time. */
const LOOK_EVERY_US = 500_000;
/** Wide enough that statements and grids are not wrapped. */
const WIDE = { columns: 500, rows: 24 };

type Stamp = Omit<SeenLine, 'text'>;

/** Takes beats in order; tells lines. */
export class Reader {
  readonly #screen: Screen;
  readonly #unit: number;
  readonly #tell: (line: SeenLine) => void;
  /** Of the last beat. */
  #now: Stamp = { seq: 0, atUs: 0 };
  /** What was told of rows that still stand there. */
  readonly #settled = new Map<Row, string>();
  /** A line that goes on in the next row. */
  #open = '';
  /** Of a program's own screen: what was told of it, and when it was looked at. */
  #told = new Set<string>();
  #lookedUs = 0;
  readonly #held: SeenLine[] = [];

  /** `unit`: lines without this character need not be told; -1 for all. */
  constructor(isTerminal: boolean, tell: (line: SeenLine) => void, unit = -1) {
    this.#unit = unit;
    this.#tell = tell;
    this.#screen = new Screen(isTerminal ? SIZE_USUAL : WIDE, (row) => this.#gone(row));
  }

  take(beat: Beat): void {
    this.#now = beat;
    if (beat.kind === 'size') this.#screen.resize(beat.size!);
    if (beat.kind === 'damage') this.#line(`[${beat.text}]`);
    if (beat.kind !== 'output' && beat.kind !== 'error') return;
    this.#screen.stamp(beat);
    if (this.#screen.isAlternate && beat.atUs - this.#lookedUs >= LOOK_EVERY_US) this.#look();
    if (!beat.text.includes('\x1b[?') || !SCREEN_CHANGE.test(beat.text)) this.#screen.writeSafe(beat.text);
    else this.#change(beat.text);
  }

  /** What comes may be left out, if it is text and colours and `catchUp` is given its end. */
  get isUsual(): boolean {
    return this.#screen.isUsual && this.#held.length === 0;
  }

  /** The end of what was left out; behind a gap its first line begins anew. */
  catchUp(beats: Iterable<Beat>, isGap: boolean): void {
    if (isGap) this.#screen.writeSafe('\r\n');
    for (const beat of beats) this.take(beat);
  }

  /** Nothing comes for a moment: the lines above the cursor are as good as whole. */
  settle(): void {
    if (this.#screen.isAlternate) return this.#look();
    this.#rows(this.#screen.cursor.row);
  }

  /** What stands on the screen at last. */
  end(): void {
    if (this.#screen.isAlternate) this.#look();
    else this.#rows(this.#screen.texts.findLastIndex((text) => text !== '') + 1);
    if (this.#open !== '') this.#line(this.#open);
    this.#release(Number.POSITIVE_INFINITY);
  }

  /** A row leaves the screen; its line keeps the record after which it has stood there. */
  #gone(row: Row): void {
    const isTold = this.#settled.get(row) === row.text;
    this.#settled.delete(row);
    if (!isTold) this.#row(row);
  }

  /** Tells the first rows, but those that were told as they stand. */
  #rows(count: number): void {
    for (let at = 0; at < count; at++) {
      const row = this.#screen.row(at)!;
      const { text } = row;
      if (this.#settled.get(row) === text) continue;
      this.#settled.set(row, text);
      this.#row(row);
    }
  }

  #row(row: Row): void {
    if (this.#open === '' && !row.wraps && this.#unit >= 0 && !row.mayHold(this.#unit)) return;
    const isOpen = row.wraps && this.#open.length < LINE_CHARACTERS_MAX;
    const text = this.#open + (isOpen ? row.text.padEnd(row.columns) : row.text);
    this.#open = isOpen ? text : '';
    if (!isOpen) this.#line(text, (row.stamp as Stamp | null) ?? this.#now);
  }

  /** Lines of a program's own screen that were not there when it was looked at before. */
  #look(): void {
    this.#lookedUs = this.#now.atUs;
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

  #line(text: string, { seq, atUs }: Stamp = this.#now): void {
    if (this.#held.length > 0) this.#release(seq);
    this.#tell({ seq, atUs, text: safeText(text) });
  }

  /** What a program showed comes behind the lines that stood there before it. */
  #hold(text: string): void {
    this.#held.push({ ...stampOf(this.#now), text: safeText(text) });
    if (this.#held.length > HELD_MAX) this.#release(Number.POSITIVE_INFINITY);
  }

  #release(before: number): void {
    while (this.#held.length > 0 && this.#held[0]!.seq < before) this.#tell(this.#held.shift()!);
  }
}

function stampOf({ seq, atUs }: Stamp): Stamp {
  return { seq, atUs };
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
