/** What detectors and scanners must hold, whatever they find: the contract of base/finding.ts. */
import type { Test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import { endsEscape } from '../../base/character.ts';
import {
  contextBytesMax,
  type Detector,
  type Finding,
  type Place,
  type Scanner,
} from '../../base/finding.ts';
import { everySplit, type SplitOptions } from '../splits.ts';

/** One input and where it stands. */
export interface ScanSample {
  readonly bytes: Bytes;
  readonly place: Place;
}

/** A judgement needs no more than it may see, is never taken back, and no filter hides it. */
export function detectorConforms(t: Test, detector: Detector, samples: readonly ScanSample[]): void {
  t.ok(samples.length > 0, `${detector.kind}: there are samples`);
  for (const [index, sample] of samples.entries())
    t.doesNotThrow(() => judgements(detector, sample), `${detector.kind}: sample ${index}`);
}

/** All that a detector finds in a sample, wherever asked. Throws where the contract is broken. */
export function judgements(detector: Detector, { bytes, place }: ScanSample): Finding[] {
  const found: Finding[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const whole = decided(detector.judge(bytes, at, true, place));
    checkEarlier(detector, { bytes, place }, at, whole);
    if (!whole) continue;
    if (whole.from !== at || whole.to <= at || whole.to > bytes.length)
      throw new Error(`asked at ${at}, it finds [${whole.from}, ${whole.to})`);
    const behindDigit = at > 0 && bytes[at - 1]! >= 0x30 && bytes[at - 1]! <= 0x39 && !endsEscape(bytes, at);
    const leads = behindDigit ? detector.leadsInside : detector.leads;
    if (leads[bytes[at]!] !== 1) throw new Error(`finds at ${at}, where its leads say it cannot`);
    for (let from = 0; from <= at; from++)
      if (detector.next(bytes, from, bytes.length) > at) throw new Error(`next from ${from} passes ${at}`);
    found.push(whole);
  }
  return found;
}

/** With fewer bytes at hand, a judgement is either the same or not made. */
function checkEarlier(
  detector: Detector,
  { bytes, place }: ScanSample,
  at: number,
  whole: Finding | null,
): void {
  const first = Math.max(0, at - contextBytesMax);
  for (let to = at + 1; to <= Math.min(bytes.length, at + detector.reachBytesMax); to++) {
    const early = detector.judge(bytes.subarray(first, to), at - first, false, place);
    if (early === 'undecided') {
      if (detector.open(bytes.subarray(first, to), 0) > at - first)
        throw new Error(`undecided at ${at}, which open passes`);
      if (to - at >= detector.reachBytesMax) throw new Error(`undecided at ${at} with all its reach`);
    } else if (early?.to !== (whole ? whole.to - first : undefined))
      throw new Error(`judges ${at} with ${to - at} bytes, and otherwise with more`);
  }
}

function decided(judgement: ReturnType<Detector['judge']>): Finding | null {
  if (judgement === 'undecided') throw new Error('undecided with all bytes at hand');
  return judgement;
}

/** Findings are ordered, settled and the same for every way of cutting; little is held back. */
export function scannerConforms(
  t: Test,
  scanner: Scanner,
  samples: readonly ScanSample[],
  options: SplitOptions = {},
): void {
  t.ok(samples.length > 0, 'there are samples');
  for (const [index, sample] of samples.entries())
    t.doesNotThrow(
      () => everySplit(sample.bytes, (pieces) => findings(scanner, sample.place, pieces), options),
      `sample ${index} is the same for every way of cutting`,
    );
}

/** All findings in the pieces of one stream, as offsets in the whole, with no context more than is owed. */
export function findings(scanner: Scanner, place: Place, pieces: readonly Bytes[]): Finding[] {
  const found: Finding[] = [];
  let rest: Bytes = new Uint8Array(0);
  let from = 0;
  let base = 0;
  for (const [index, piece] of pieces.entries()) {
    const bytes = Buffer.concat([rest, piece]);
    const last = index === pieces.length - 1;
    let after = from;
    const settled = scanner.scan(bytes, from, last, place, (finding) => {
      if (finding.from < after || finding.to <= finding.from) throw new Error('findings do not ascend');
      after = finding.to;
      found.push({ ...finding, from: finding.from + base, to: finding.to + base });
    });
    checkSettled({ scanner, settled, after, length: bytes.length, last });
    const kept = Math.max(0, settled - contextBytesMax);
    rest = bytes.subarray(kept);
    from = settled - kept;
    base += kept;
  }
  return found;
}

function checkSettled(seen: {
  scanner: Scanner;
  settled: number;
  after: number;
  length: number;
  last: boolean;
}): void {
  const { scanner, settled, after, length, last } = seen;
  if (settled > length || after > settled)
    throw new Error(`a finding to ${after}, settled to ${settled} of ${length}`);
  if (last && settled < length) throw new Error(`${length - settled} bytes are not settled at the end`);
  if (length - settled > scanner.reachBytesMax)
    throw new Error(`holds ${length - settled} bytes, more than its reach of ${scanner.reachBytesMax}`);
}
