/**
 * Who waits for the medium, and how many are busy: what decides when an fdatasync is worth its while.
 * One that begins for the first of eight busy sessions makes the seven wait for the next one; one that
 * waits for all of them leaves the medium idle meanwhile. So half of them it is, unless the medium is so quick that the
 * seven are better served by the next one than by waiting for company.
 */

/** Whoever has written within so many milliseconds, and in those before, is busy. */
const WINDOW_MS = 2;
/** A quick medium takes less. */
const QUICK_MS = 0.3;

export class Crowd<Member> {
  readonly #waiting = new Set<Member>();
  #busy = new Set<Member>();
  #busyBefore = 0;
  #windowFromMs = 0;
  #isQuick = false;

  /** Waits until what it has written is accepted. */
  waits(member: Member): void {
    this.#waiting.add(member);
  }

  waitsNoMore(member: Member): void {
    this.#waiting.delete(member);
  }

  wrote(member: Member, nowMs: number): void {
    const agoMs = nowMs - this.#windowFromMs;
    if (agoMs >= WINDOW_MS) {
      this.#busyBefore = agoMs < 2 * WINDOW_MS ? this.#busy.size : 0;
      this.#busy.clear();
      this.#windowFromMs = nowMs;
    }
    this.#busy.add(member);
  }

  /** What the last fdatasync took. */
  waited(ms: number): void {
    this.#isQuick = ms < QUICK_MS;
  }

  /** Where the medium is quick, anybody who waits; else at least half of those who are busy. */
  get isEnough(): boolean {
    const waiting = this.#waiting.size;
    if (this.#isQuick) return waiting > 0;
    return waiting > 0 && waiting * 2 >= Math.max(this.#busy.size, this.#busyBefore);
  }
}
