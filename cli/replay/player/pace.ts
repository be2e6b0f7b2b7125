/** The session's time against ours: how fast it passes, and how long a silence may be. */

/** Speeds that can be chosen. */
const SPEEDS: readonly number[] = [0.25, 0.5, 1, 1.5, 2, 4, 8, 16, Number.POSITIVE_INFINITY];

/** A clock that can be set, hurried, and cut short. */
export class Pace {
  readonly #idleUs: number;
  #speed: number;
  #atUs = 0;
  #setMs = 0;

  /** `speed`: times the session's own; `idleUs`: the longest silence. */
  constructor(speed: number, idleUs: number) {
    this.#speed = speed;
    this.#idleUs = idleUs;
  }

  /** `1.5×`, `max`. */
  get text(): string {
    return Number.isFinite(this.#speed) ? `${this.#speed}×` : 'max';
  }

  /** The session's time now; infinite at full speed. */
  get nowUs(): number {
    if (!Number.isFinite(this.#speed)) return Number.POSITIVE_INFINITY;
    return this.#atUs + (performance.now() - this.#setMs) * 1000 * this.#speed;
  }

  /** From now on it is this time. */
  set(atUs: number): void {
    this.#atUs = atUs;
    this.#setMs = performance.now();
  }

  /** Another speed from this time on. */
  change(speed: number, atUs: number): void {
    this.set(atUs);
    this.#speed = speed;
  }

  /** The next speed up or down. */
  step(step: 1 | -1, atUs: number): void {
    const next =
      step === 1
        ? SPEEDS.find((speed) => speed > this.#speed)
        : SPEEDS.findLast((speed) => speed < this.#speed);
    this.change(next ?? this.#speed, atUs);
  }

  /** Milliseconds until a time; a silence since `beforeUs` that is too long is cut. */
  dueMs(atUs: number, beforeUs: number): number {
    if (!Number.isFinite(this.#speed)) return 0;
    const overUs = atUs - Math.max(beforeUs, this.nowUs) - this.#idleUs;
    if (overUs > 0) this.#atUs += overUs;
    return (atUs - this.nowUs) / 1000 / this.#speed;
  }
}
