/**
 * Who waits for the medium, and how many are busy: what decides when an fdatasync is worth its while.
 * One that begins for the first of eight busy sessions makes the seven wait for the next one; one that
 * waits for all of them leaves the medium idle meanwhile. So half of them it is.
 */

/** Whoever has written within so many milliseconds, and in those before, is busy. */
const WINDOW_MS = 2;

export class Crowd<Member> {
  readonly #waiting = new Set<Member>();
  #busy = new Set<Member>();
  #busyBefore = 0;
  #windowFromMs = 0;

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

  /** At least half of those who are busy wait. */
  get isHalfWaiting(): boolean {
    return this.#waiting.size > 0 && this.#waiting.size * 2 >= Math.max(this.#busy.size, this.#busyBefore);
  }
}
