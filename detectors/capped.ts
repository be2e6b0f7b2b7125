import type { Bytes } from '../base/bytes.ts';
import type { Detector, Finding, Place, Undecided } from '../base/finding.ts';

/** How much of a stream one finding may make it hold back, and what is done about what needs more. */
export interface Held {
  /** From `heldBytesMin` on. */
  readonly bytesMax: number;
  /** What may be a finding and has not ended by then: `mask` that much of it, or let it `pass`. */
  readonly beyond: 'mask' | 'pass';
}

/** More than card data in its longest spelling, or a token, may need: a cap never concerns them. */
export const heldBytesMin = 1_024;

/** Where nobody says otherwise: as many as the longest finding needs, a private key. */
export const heldByDefault: Held = { bytesMax: 8_192, beyond: 'mask' };

/**
 * A detector that never looks further ahead than so many bytes, whether they have come yet or not:
 * for every way of cutting a stream the findings are the same.
 */
export function capped(detector: Detector, held: Held): Detector {
  if (detector.reachBytesMax <= held.bytesMax) return detector;
  return {
    ...detector,
    reachBytesMax: held.bytesMax,
    judge: (bytes, at, last, place) => judge(detector, held, bytes, at, last, place),
  };
}

function judge(
  detector: Detector,
  { bytesMax, beyond }: Held,
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
): Finding | Undecided | null {
  const to = at + bytesMax;
  if (bytes.length < to) return detector.judge(bytes, at, last, place);
  const judged = detector.judge(bytes.subarray(0, to), at, false, place);
  if (judged !== 'undecided') return judged;
  return beyond === 'mask' ? { kind: detector.kind, from: at, to, reason: 'held-back' } : null;
}
