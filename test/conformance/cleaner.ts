/** What every cleaner must hold: the contract of base/cleaner.ts, its ways of masking agreeing. */
import type { Test } from 'tap';
import { type Bytes, equal, join, keep, text } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import type { Place } from '../../base/finding.ts';
import { everySplit, type SplitOptions } from '../splits.ts';

/** One text and where it stands. */
export interface CleanerSample {
  readonly bytes: Bytes;
  readonly place: Place;
}

/** Streams mask as whole texts do, however cut; the prefilter misses nothing that is found. */
export function cleanerConforms(
  t: Test,
  cleaner: Cleaner,
  samples: readonly CleanerSample[],
  options: SplitOptions = {},
): void {
  t.ok(samples.length > 0, 'there are samples');
  for (const [index, sample] of samples.entries()) {
    const whole = text(cleaner.clean(keep(sample.bytes), sample.place));
    t.doesNotThrow(
      () =>
        t.equal(
          everySplit(sample.bytes, (pieces) => streamed(cleaner, sample.place, pieces), options),
          whole,
        ),
      `sample ${index} is the same in a stream, for every way of cutting`,
    );
    t.ok(prefilterHolds(cleaner, sample), `sample ${index}: the prefilter never skips a finding`);
    const found = cleaner.find(sample.bytes, sample.place).length > 0;
    t.equal(
      !equal(Buffer.from(whole), sample.bytes),
      found,
      `sample ${index} is masked where something is found`,
    );
  }
}

function streamed(cleaner: Cleaner, place: Place, pieces: readonly Bytes[]): string {
  const stream = cleaner.stream(place);
  const out: Bytes[] = [];
  for (const [index, piece] of pieces.entries())
    out.push(...stream.push(piece, index === pieces.length - 1).map(keep));
  if (stream.heldBytes > 0) throw new Error(`${stream.heldBytes} bytes are held at the end`);
  return text(join(out));
}

/** From any offset up to a finding's first byte, `next` points at or before it. */
function prefilterHolds(cleaner: Cleaner, { bytes, place }: CleanerSample): boolean {
  return cleaner.find(bytes, place).every(({ from }) => {
    for (let start = 0; start <= from; start++)
      if (cleaner.next(bytes, start, bytes.length) > from) return false;
    return true;
  });
}
