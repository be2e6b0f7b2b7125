/** A line on a terminal that says how far a run is. Nothing anywhere else. */
import type { FileResult } from '../engine/redact/run.ts';
import type { Choice } from '../engine/redact/walk.ts';

const REDRAW_MS = 200;
const BAR = 24;
const MIB = 1_048_576;

/** Draws on `out` while the run tells it what happens. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #isShown: boolean;
  readonly #beganMs: number = performance.now();
  readonly #timer: NodeJS.Timeout | null;
  #total = 0;
  #isCounted = false;
  #bytes = 0;
  #files = 0;
  #found = 0;

  constructor(out: NodeJS.WriteStream, isShown: boolean) {
    this.#out = out;
    this.#isShown = isShown;
    this.#timer = isShown ? setInterval(() => this.#draw(), REDRAW_MS) : null;
  }

  /** Adds up the sizes of what is to come, beside the run. */
  async count(words: readonly string[], choice: Choice): Promise<void> {
    if (!this.#isShown) return;
    const { walk } = await import('../engine/redact/walk.ts');
    try {
      for await (const entry of walk(words, choice)) this.#total += entry.size;
      this.#isCounted = true;
    } catch {
      // The run itself says what is wrong.
    }
  }

  read(bytes: number): void {
    this.#bytes += bytes;
  }

  file(result: FileResult): void {
    this.#files++;
    for (const count of Object.values(result.counts)) this.#found += count;
  }

  /** Words that stay on the screen. */
  note(words: string): void {
    if (this.#isShown) this.#out.write('\r\x1b[K');
    this.#out.write(words);
  }

  /** The last line stays. */
  end(): void {
    if (!this.#isShown) return;
    if (this.#timer) clearInterval(this.#timer);
    this.#total = this.#bytes;
    this.#isCounted = true;
    this.#draw();
    this.#out.write('\n');
  }

  #draw(): void {
    const seconds = (performance.now() - this.#beganMs) / 1000;
    const rate = this.#bytes / seconds;
    const words = [
      this.#isCounted ? bar(this.#bytes / Math.max(1, this.#total)) : '',
      this.#isCounted ? `${size(this.#bytes)}/${size(this.#total)}` : size(this.#bytes),
      `${size(rate)}/s`,
      this.#isCounted ? `ETA ${span((this.#total - this.#bytes) / Math.max(1, rate))}` : '',
      `${this.#files} files`,
      `${this.#found} found`,
    ];
    const line = words.filter(Boolean).join('  ');
    this.#out.write(`\r\x1b[K${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }
}

function bar(done: number): string {
  const full = Math.round(Math.min(1, done) * BAR);
  const percent = `${Math.floor(Math.min(1, done) * 100)}`.padStart(3);
  return `[${'='.repeat(full)}${' '.repeat(BAR - full)}] ${percent}%`;
}

function size(bytes: number): string {
  return bytes >= 1024 * MIB ? `${(bytes / 1024 / MIB).toFixed(1)} GiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}

function span(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
