/** What every detector must hold, whatever it finds: the contract of base/finding.ts. */
import type { Test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Place } from '../../base/finding.ts';
import { everySplit, feed, type SplitOptions } from '../splits.ts';

/** One input and where it stands. */
export interface DetectorSample {
  readonly bytes: Bytes;
  readonly place: Place;
}

/** Findings are ordered, settled and the same for every way of cutting; little is held back. */
export function detectorConforms(
  t: Test,
  detector: Detector,
  samples: readonly DetectorSample[],
  options: SplitOptions = {},
): void {
  t.ok(samples.length > 0, `${detector.kind}: there are samples`);
  for (const [index, sample] of samples.entries())
    t.doesNotThrow(
      () => everySplit(sample.bytes, (pieces) => findings(detector, sample, pieces), options),
      `${detector.kind}: sample ${index} is the same for every way of cutting`,
    );
}

/** All findings in the pieces of one stream, as offsets in the whole. Throws where the contract is broken. */
export function findings(detector: Detector, sample: DetectorSample, pieces: readonly Bytes[]): Finding[] {
  const scanner = detector.open(sample.place);
  const found: Finding[] = [];
  let base = 0;
  feed(pieces, (bytes, last) => {
    const reported: Finding[] = [];
    const settled = scanner.scan(bytes, last, (finding) => reported.push({ ...finding }));
    checkSettled(detector, bytes.length - settled, last);
    for (const { from, to, ...rest } of reported) {
      const after = (found.at(-1)?.to ?? 0) - base;
      checkFinding({ from, to, settled, after });
      found.push({ ...rest, from: from + base, to: to + base });
    }
    base += settled;
    return settled;
  });
  return found;
}

function checkSettled(detector: Detector, held: number, last: boolean): void {
  if (last && held > 0) throw new Error(`${held} bytes are not settled at the end`);
  if (held > detector.reachBytesMax)
    throw new Error(`holds ${held} bytes, more than its reach of ${detector.reachBytesMax}`);
}

function checkFinding(seen: { from: number; to: number; settled: number; after: number }): void {
  const { from, to, settled, after } = seen;
  if (from >= to) throw new Error(`an empty finding [${from}, ${to})`);
  if (to > settled) throw new Error(`a finding [${from}, ${to}) beyond the ${settled} settled bytes`);
  if (from < after) throw new Error(`a finding at ${from} before the end of the one before it, ${after}`);
}
