import type { Bytes } from '../base/bytes.ts';
import type { Detector, Place, Report, Scanner } from '../base/finding.ts';

/** Bytes that are swept one by one after a hit of the prefilter before it is asked again. */
const SWEEP_BYTES = 64;

/** Detectors as one scanner: at each place the first of them that finds something has it. */
export function createScanner(detectors: readonly Detector[]): Scanner {
  const sieves = [...new Set(detectors.map((detector) => detector.next))];
  const byLead: readonly (readonly Detector[])[] = Array.from({ length: 256 }, (_, byte) =>
    detectors.filter((detector) => detector.leads[byte] === 1),
  );
  const reachBytesMax = Math.max(0, ...detectors.map((detector) => detector.reachBytesMax));

  function next(bytes: Bytes, from: number, to: number): number {
    let first = to;
    for (const sieve of sieves) first = sieve(bytes, from, first);
    return first;
  }

  function scan(bytes: Bytes, from: number, last: boolean, place: Place, report: Report): number {
    let at = from;
    while (at < bytes.length) {
      const hit = at === 0 && place.name !== '' ? 0 : next(bytes, at, bytes.length);
      at = last ? hit : Math.max(at, Math.min(hit, bytes.length - reachBytesMax));
      const to = Math.min(bytes.length, at + SWEEP_BYTES);
      while (at < to) {
        const result = judgeAt(byLead[bytes[at]!]!, bytes, at, last, place);
        if (result === 'undecided') return at;
        if (result !== null) report(result);
        at = result === null ? at + 1 : result.to;
      }
    }
    return at;
  }

  return { reachBytesMax, next, scan };
}

function judgeAt(
  detectors: readonly Detector[],
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
): ReturnType<Detector['judge']> {
  for (const detector of detectors) {
    const result = detector.judge(bytes, at, last, place);
    if (result !== null) return result;
  }
  return null;
}
