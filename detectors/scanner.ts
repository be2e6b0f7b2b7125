import type { Bytes } from '../base/bytes.ts';
import type { Detector, Place, Report, Scanner } from '../base/finding.ts';
import { mount, unmount } from './kernels/kernel.ts';

/** Bytes that are swept one by one after a hit of the prefilter before it is asked again. */
const SWEEP_BYTES = 16;

/** Detectors as one scanner: at each place the first of them that finds something has it. */
export function createScanner(detectors: readonly Detector[]): Scanner {
  const sieves = [...new Set(detectors.map((detector) => detector.next))];
  const opens = [...new Set(detectors.map((detector) => detector.open))];
  const byLead = tableOf(detectors, (detector) => detector.leads);
  const byLeadInside = tableOf(detectors, (detector) => detector.leadsInside);
  const reachBytesMax = Math.max(0, ...detectors.map((detector) => detector.reachBytesMax));

  function next(bytes: Bytes, from: number, to: number): number {
    let first = to;
    for (const sieve of sieves) first = sieve(bytes, from, first);
    return first;
  }

  function open(bytes: Bytes, from: number): number {
    let first = bytes.length;
    for (const opened of opens) first = Math.min(first, opened(bytes, from));
    return first;
  }

  function scan(bytes: Bytes, from: number, last: boolean, place: Place, report: Report): number {
    mount(bytes);
    try {
      return sweep(bytes, from, last, place, report);
    } finally {
      unmount();
    }
  }

  function sweep(bytes: Bytes, from: number, last: boolean, place: Place, report: Report): number {
    const settledTo = last ? bytes.length : open(bytes, from);
    let at = from;
    while (at < bytes.length) {
      const hit = at === 0 && place.name !== '' ? 0 : next(bytes, at, bytes.length);
      at = Math.max(at, Math.min(hit, settledTo));
      const to = Math.min(bytes.length, at + SWEEP_BYTES);
      while (at < to) {
        const candidates = (at > 0 && isDigit(bytes[at - 1]!) ? byLeadInside : byLead)[bytes[at]!]!;
        const result = candidates.length === 0 ? null : judgeAt(candidates, bytes, at, last, place);
        if (result === 'undecided') return at;
        if (result !== null) report(result);
        at = result === null ? at + 1 : result.to;
      }
    }
    return at;
  }

  return { reachBytesMax, next, open, scan };
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

function tableOf(
  detectors: readonly Detector[],
  leads: (detector: Detector) => Uint8Array,
): readonly (readonly Detector[])[] {
  return Array.from({ length: 256 }, (_, byte) =>
    detectors.filter((detector) => leads(detector)[byte] === 1),
  );
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
