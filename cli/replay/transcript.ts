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
/** Wide enough that statements and grids are not wrapped. */
const WIDE = { columns: 500, rows: 24 };

/** Takes beats in order; tells lines. */
export class Reader {
  readonly #screen: Screen;
  readonly #tell: (line: SeenLine) => void;
  #seq = 0;
  #atUs = 0;

  constructor(isTerminal: boolean, tell: (line: SeenLine) => void) {
    this.#tell = tell;
    this.#screen = new Screen(isTerminal ? SIZE_USUAL : WIDE, (text) => this.#line(text));
  }

  take(beat: Beat): void {
    this.#seq = beat.seq;
    this.#atUs = beat.atUs;
    if (beat.kind === 'size') this.#screen.resize(beat.size!);
    if (beat.kind === 'damage') this.#line(`[${beat.text}]`);
    if (beat.kind !== 'output' && beat.kind !== 'error') return;
    if (!SCREEN_CHANGE.test(beat.text)) this.#screen.writeSafe(beat.text);
    else this.#change(beat.text);
  }

  /** What stands on the screen at last. */
  end(): void {
    this.#shown();
  }

  /** A program's own screen is told when it is left. */
  #change(text: string): void {
    for (const part of text.split(/(?=\x1b\[\?[\d;]*(?:47|1047|1049)[\d;]*[hl])/)) {
      if (this.#screen.isAlternate && /^\x1b\[\?[\d;]*l/.test(part)) this.#shown();
      this.#screen.writeSafe(part);
    }
  }

  #shown(): void {
    const { texts } = this.#screen;
    while (texts.at(-1) === '') texts.pop();
    for (const text of texts) this.#line(text);
  }

  #line(text: string): void {
    this.#tell({ seq: this.#seq, atUs: this.#atUs, text: safeText(text) });
  }
}

/** All lines, each safe for a terminal. */
export async function* transcript(tape: Tape): AsyncGenerator<string> {
  for await (const { text } of seenLines(tape)) yield text;
}

/** As `transcript`, with where each line was seen. */
export async function* seenLines(tape: Tape): AsyncGenerator<SeenLine> {
  let lines: SeenLine[] = [];
  const isTerminal = tape.isTerminal;
  const reader = new Reader(isTerminal, (line) => lines.push(line));
  const narrator = tape.narrator();
  for (let index = 0; index < tape.places.length; index++) {
    for (const beat of await tape.beats(index, narrator)) reader.take(beat);
    yield* lines;
    lines = [];
  }
  reader.end();
  yield* lines;
}
