import type { Bytes } from '../base/bytes.ts';
import { endsEscape } from '../base/character.ts';
import type { Detector, Finding, Place, Report, Scanner, Undecided } from '../base/finding.ts';
import { mount, unmount } from './kernels/kernel.ts';

/** Bytes that are swept one by one after a hit of the prefilter before it is asked again. */
const SWEEP_BYTES = 16;
const SWEEP_BYTES_MAX = 64;
/** Bytes from the start of a finding that its prefilter may need to stop there. */
const AHEAD_BYTES_MAX = 256;

/** Detectors as one scanner: at each place the first of them that finds something has it. */
export function createScanner(detectors: readonly Detector[]): Scanner {
  const all = tableOf(detectors);
  const firm = tableOf(detectors.filter(({ yields }) => yields !== true));
  const yielding = new Set(detectors.filter(({ yields }) => yields === true).map(({ kind }) => kind));
  const sieves = new Map(
    detectors.map(({ next, reachBytesMax }) => [next, Math.min(reachBytesMax, AHEAD_BYTES_MAX)]),
  );
  const heeding = detectors.filter(({ heeds }) => heeds !== undefined);
  const opens = [...new Set(detectors.map((detector) => detector.open))];

  function next(bytes: Bytes, from: number, to: number): number {
    let first = to;
    for (const [sieve, ahead] of sieves)
      first = Math.min(first, sieve(bytes, from, Math.min(to, first + ahead)));
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
    const heeded = place.name !== '' && heeding.some((detector) => detector.heeds!(place));
    let at = from;
    while (at < bytes.length) {
      const hit = heeded ? at : next(bytes, at, bytes.length);
      at = Math.max(at, Math.min(hit, settledTo));
      const to = sweepEnd(bytes, at);
      while (at < to) {
        const found = judgeAt(all, bytes, at, last, place);
        const yields = found !== null && found !== 'undecided' && yielding.has(found.kind);
        const result = yields ? yieldTo(firm, found, bytes, last, place) : found;
        if (result === 'undecided') return at;
        if (result !== null) report(result);
        at = result === null ? at + 1 : result.to;
      }
    }
    return at;
  }

  return { reachBytesMax: reachOf(detectors), next, open, scan };
}

/** Where a sweep from `at` may end: not inside a run of digits, unless it is very long. */
function sweepEnd(bytes: Bytes, at: number): number {
  const max = Math.min(bytes.length, at + SWEEP_BYTES_MAX);
  let to = Math.min(max, at + SWEEP_BYTES);
  while (to < max && isDigit(bytes[to - 1]!)) to++;
  return to;
}

/** Detectors by the byte that a finding may begin with, and whether a digit stands before it. */
interface Table {
  readonly outside: readonly (readonly Detector[])[];
  readonly inside: readonly (readonly Detector[])[];
}

function tableOf(detectors: readonly Detector[]): Table {
  const listed = (leads: (detector: Detector) => Uint8Array): (readonly Detector[])[] =>
    Array.from({ length: 256 }, (_, byte) => detectors.filter((detector) => leads(detector)[byte] === 1));
  return {
    outside: listed((detector) => detector.leads),
    inside: listed((detector) => detector.leadsInside),
  };
}

/** What one finding may need, and what may start inside it. */
function reachOf(detectors: readonly Detector[]): number {
  const reach = (some: readonly Detector[]): number =>
    Math.max(0, ...some.map(({ reachBytesMax }) => reachBytesMax));
  const yielding = detectors.filter(({ yields }) => yields === true);
  const firm = reach(detectors.filter(({ yields }) => yields !== true));
  return yielding.length > 0 ? reach(yielding) + firm : firm;
}

function judgeAt(
  { outside, inside }: Table,
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
): Finding | Undecided | null {
  const isInside = at > 0 && isDigit(bytes[at - 1]!) && !endsEscape(bytes, at);
  const candidates = (isInside ? inside : outside)[bytes[at]!]!;
  for (let i = 0; i < candidates.length; i++) {
    const result = candidates[i]!.judge(bytes, at, last, place);
    if (result !== null) return result;
  }
  return null;
}

/** A finding that yields ends before a firm one that starts inside it and ends behind it. */
function yieldTo(
  firm: Table,
  finding: Finding,
  bytes: Bytes,
  last: boolean,
  place: Place,
): Finding | Undecided {
  for (let at = finding.from + 1; at < finding.to; at++) {
    const inner = judgeAt(firm, bytes, at, last, place);
    if (inner === 'undecided') return inner;
    if (inner !== null && inner.to > finding.to) return { ...finding, to: at };
    if (inner !== null) at = inner.to - 1;
  }
  return finding;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
