/** Time as a parameter, so that codecs and tests need none of their own. */
export interface Clock {
  /** Wall time in microseconds since 1970-01-01T00:00:00Z. Steps with the system clock. */
  wallUs(): number;
  /** Monotonic microseconds since an arbitrary origin. Never steps back. */
  monotonicUs(): number;
}

/** The machine's own time. */
export const systemClock: Clock = {
  wallUs: () => Date.now() * 1000,
  monotonicUs: () => Math.round(performance.now() * 1000),
};
