/** What the player says for a moment: a line above the bar, a red one over the screen. */
const BANNER_MS = 4000;
const NOTE_MS = 2500;

interface Held {
  readonly text: string;
  readonly untilMs: number;
}

export class Notices {
  #note: Held | null = null;
  #banner: Held | null = null;

  /** Says it; until something else is said, for what takes its time. */
  say(text: string, forMs: number = NOTE_MS): void {
    this.#note = { text, untilMs: performance.now() + forMs };
  }

  /** Says that something is wrong. */
  warn(text: string): void {
    this.#banner = { text, untilMs: performance.now() + BANNER_MS };
  }

  get note(): string | null {
    return textOf(this.#note);
  }

  get banner(): string | null {
    return textOf(this.#banner);
  }
}

function textOf(held: Held | null): string | null {
  return held === null || held.untilMs < performance.now() ? null : held.text;
}
