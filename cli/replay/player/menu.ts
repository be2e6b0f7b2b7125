/** A list of statements and markers to go to. */
import type { Beat } from '../beat.ts';
import type { Tape, Target } from '../tape.ts';
import { showSpan } from '../time.ts';

/** Entries that are listed; of longer sessions those around the present place. */
const ENTRIES_MAX = 2000;

/** A list with a chosen entry. */
export class Menu {
  readonly #entries: readonly Beat[];
  #chosen: number;

  constructor(entries: readonly Beat[], seq: number) {
    this.#entries = entries;
    this.#chosen = Math.max(
      0,
      entries.findLastIndex((beat) => beat.seq <= seq),
    );
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Moves in the list; what was chosen, if something was. */
  key(key: string, rows: number): Target | 'open' | 'closed' {
    const steps: Readonly<Record<string, number>> = {
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      'page-up': -rows,
      'page-down': rows,
    };
    const step = steps[key];
    if (step !== undefined) {
      this.#chosen = Math.min(this.#entries.length - 1, Math.max(0, this.#chosen + step));
      return 'open';
    }
    if (key === 'enter') return { seq: this.#entries[this.#chosen]!.seq };
    return key === 'escape' || key === 'q' || key === 't' ? 'closed' : 'open';
  }

  /** The lines around the chosen one. */
  shown(rows: number): { readonly box: readonly string[]; readonly chosen: number } {
    const from = Math.max(0, Math.min(this.#chosen - Math.floor(rows / 2), this.#entries.length - rows));
    const lines = this.#entries.slice(from, from + rows).map(({ atUs, text }) => {
      const at = showSpan(atUs);
      return `${at.padStart(9)}  ${text}`;
    });
    return { box: lines, chosen: this.#chosen - from };
  }
}

/** The menu of a tape, around a record. */
export async function menuOf(tape: Tape, seq: number): Promise<Menu> {
  const first = tape.segmentAt({ seq: Math.max(0, seq) });
  const narrator = tape.narrator();
  const entries: Beat[] = [];
  for (let index = Math.max(0, first - 8); index < tape.parts && entries.length < ENTRIES_MAX; index++)
    entries.push(...(await tape.beats(index, narrator)).filter((beat) => beat.kind === 'marker'));
  return new Menu(entries, seq);
}
