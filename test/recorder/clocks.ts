/** Clocks that are set while a session is recorded, as administrators, NTP, leap seconds and sleep set them. */
import type { Clock } from '../../base/clock.ts';

/** The machine's own time, and what a test adds to it. */
export interface SetClock extends Clock {
  /** Sets the wall clock by so much; the monotonic one does not see it. */
  step(us: number): void;
}

/** `monotonicFromUs`: what the monotonic clock shows now, as after a start of the machine. */
export function setClock(monotonicFromUs = 0): SetClock {
  let stepUs = 0;
  const beganUs = Math.round(performance.now() * 1000);
  return {
    wallUs: () => Date.now() * 1000 + stepUs,
    monotonicUs: () => Math.round(performance.now() * 1000) - beganUs + monotonicFromUs,
    step: (us) => {
      stepUs += us;
    },
  };
}
