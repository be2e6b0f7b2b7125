import type { Bytes } from '../base/bytes.ts';
import { endsEscape } from '../base/character.ts';
import {
  type Detector,
  type Finding,
  type Place,
  type Report,
  type Scanner,
  UNFRAMED,
  type Undecided,
} from '../base/finding.ts';
import { mount, unmount } from './kernels/kernel.ts';

/** Bytes that are swept one by one after a hit of the prefilter before it is asked again. */
const SWEEP_BYTES = 16;
const SWEEP_BYTES_MAX = 64;
/** Bytes from the start of a finding that its prefilter may need to stop there. */
const AHEAD_BYTES_MAX = 256;

/** What detectors come to once they are put together. */
interface Parts extends Pick<Scanner, 'next' | 'open'> {
  readonly sieves: readonly Sieve[];
  readonly all: Table;
  /** Those that do not yield. */
  readonly firm: Table;
  readonly yielding: ReadonlySet<string>;
  readonly isHeeded: (place: Place) => boolean;
}

/** Detectors as one scanner: at each place the first of them that finds something has it. */
export function createScanner(detectors: readonly Detector[]): Scanner {
  const sieves = sievesOf(detectors);
  const parts: Parts = {
    sieves,
    all: tableOf(detectors),
    firm: tableOf(detectors.filter(({ yields }) => yields !== true)),
    yielding: new Set(detectors.filter(({ yields }) => yields === true).map(({ kind }) => kind)),
    next: (bytes, from, to, framing) => firstOf(sieves, bytes, from, to, framing),
    open: openOf(detectors),
    isHeeded: heedOf(detectors),
  };
  return {
    reachBytesMax: reachOf(detectors),
    next: parts.next,
    open: parts.open,
    heeds: parts.isHeeded,
    scan: (bytes, from, last, place, report, hit) => {
      mount(bytes);
      try {
        return scanOver(parts, bytes, from, last, place, report, hit ?? -1);
      } finally {
        unmount();
      }
    },
  };
}

/** From stop to stop of the prefilter; `known` is the first of them, or negative. */
function scanOver(
  parts: Parts,
  bytes: Bytes,
  from: number,
  last: boolean,
  place: Place,
  report: Report,
  known: number,
): number {
  const { sieves, open, isHeeded } = parts;
  const stops = sieves.length > 1 ? new Array<number>(sieves.length).fill(-1) : null;
  const settledTo = last ? bytes.length : open(bytes, from);
  const heeded = isHeeded(place);
  let hit = heeded ? from : known >= 0 ? known : stopAfter(sieves, stops, bytes, from);
  let at = from;
  while (true) {
    at = Math.max(at, Math.min(hit, settledTo));
    if (at >= bytes.length) return at;
    const to = sweepEnd(bytes, at);
    at = sweep(parts, bytes, at, to, last, place, report);
    if (at < to || at >= bytes.length) return at;
    hit = heeded ? at : stopAfter(sieves, stops, bytes, at);
  }
}

/** Judges each place in [from, to). Gives how far all is told: less than `to` if it is undecided. */
function sweep(
  { all, firm, yielding }: Parts,
  bytes: Bytes,
  from: number,
  to: number,
  last: boolean,
  place: Place,
  report: Report,
): number {
  let at = from;
  while (at < to) {
    const found = judgeAt(all, bytes, at, last, place);
    if (found === null) {
      at++;
      continue;
    }
    const yields = found !== 'undecided' && yielding.has(found.kind);
    const result = yields ? yieldTo(firm, found, bytes, last, place) : found;
    if (result === 'undecided') return at;
    report(result);
    at = result.to;
  }
  return at;
}

/** The prefilter of some detectors, and how far past a stop of others it need not look. */
interface Sieve {
  readonly next: Detector['next'];
  readonly aheadBytes: number;
}

function sievesOf(detectors: readonly Detector[]): Sieve[] {
  const reaches = new Map(detectors.map(({ next, reachBytesMax }) => [next, reachBytesMax]));
  return [...reaches].map(([next, reach]) => ({ next, aheadBytes: Math.min(reach, AHEAD_BYTES_MAX) }));
}

/** The first stop of any prefilter; most detectors share one. */
function firstOf(sieves: readonly Sieve[], bytes: Bytes, from: number, to: number, framing?: number): number {
  let first = to;
  for (let i = 0; i < sieves.length; i++) {
    const { next, aheadBytes } = sieves[i]!;
    first = Math.min(first, next(bytes, from, Math.min(to, first + aheadBytes), framing));
  }
  return first;
}

/**
 * As firstOf to the end of a text. `stops` holds what each prefilter said last, which is good
 * until that is passed: none of them goes over the same bytes twice.
 */
function stopAfter(sieves: readonly Sieve[], stops: number[] | null, bytes: Bytes, from: number): number {
  if (stops === null)
    return sieves.length === 0 ? bytes.length : sieves[0]!.next(bytes, from, bytes.length, UNFRAMED);
  let first = bytes.length;
  for (let i = 0; i < sieves.length; i++) {
    if (stops[i]! < from) stops[i] = sieves[i]!.next(bytes, from, bytes.length, UNFRAMED);
    first = Math.min(first, stops[i]!);
  }
  return first;
}

function openOf(detectors: readonly Detector[]): Scanner['open'] {
  const opens = [...new Set(detectors.map(({ open }) => open))];
  if (opens.length === 1) return opens[0]!;
  return (bytes, from) => firstOpen(opens, bytes, from);
}

function firstOpen(opens: readonly Scanner['open'][], bytes: Bytes, from: number): number {
  let first = bytes.length;
  for (let i = 0; i < opens.length; i++) first = Math.min(first, opens[i]!(bytes, from));
  return first;
}

/** Whether some detector heeds a place; remembers the last place, which is asked about for many values. */
function heedOf(detectors: readonly Detector[]): (place: Place) => boolean {
  const heeding = detectors.filter(({ heeds }) => heeds !== undefined);
  let known: Place | null = null;
  let answer = false;
  return (place) => {
    if (place === known || place.name === '') return place === known && answer;
    known = place;
    answer = heeding.some((detector) => detector.heeds!(place));
    return answer;
  };
}

/** Where a sweep from `at` may end: not inside a run of digits, unless it is very long. */
function sweepEnd(bytes: Bytes, at: number): number {
  const max = Math.min(bytes.length, at + SWEEP_BYTES_MAX);
  let to = Math.min(max, at + SWEEP_BYTES);
  while (to < max && isDigit(bytes[to - 1]!)) to++;
  return to;
}

type Judge = Detector['judge'];

/** Judges by the byte that a finding may begin with, and whether a digit stands before it. */
interface Table {
  readonly outside: readonly (readonly Judge[])[];
  readonly inside: readonly (readonly Judge[])[];
}

function tableOf(detectors: readonly Detector[]): Table {
  const listed = (leads: (detector: Detector) => Uint8Array): (readonly Judge[])[] =>
    Array.from({ length: 256 }, (_, byte) =>
      detectors.filter((detector) => leads(detector)[byte] === 1).map(({ judge }) => judge),
    );
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
  const judges = (isInside ? inside : outside)[bytes[at]!]!;
  for (let i = 0; i < judges.length; i++) {
    const result = judges[i]!(bytes, at, last, place);
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
