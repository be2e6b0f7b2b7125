/** How far long work is, on standard error of a terminal; nothing anywhere else, and nothing of what is quick. */
const FIRST_MS = 700;
const EVERY_MS = 200;

/** Counts on a line that goes away when it ends. */
export class Ticker {
  readonly #what: string;
  readonly #isShown: boolean = process.stderr.isTTY === true;
  #saidMs: number = performance.now() + FIRST_MS - EVERY_MS;
  #isDrawn = false;
  #count = 0;

  /** `what`: behind the number, `recordings`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** One more, or so many. */
  tick(count = 1): void {
    this.#count += count;
    const nowMs = performance.now();
    if (!this.#isShown || nowMs - this.#saidMs < EVERY_MS) return;
    this.#saidMs = nowMs;
    this.#isDrawn = true;
    process.stderr.write(`\r\x1b[K${Math.floor(this.#count)} ${this.#what} …`);
  }

  end(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}
