/** What every masker must hold: the contract of base/finding.ts. */
import type { Test } from 'tap';
import { equal, keep } from '../../base/bytes.ts';
import type { Finding, Masker, Place } from '../../base/finding.ts';

/** A text, what was found in it, and where it stands. */
export interface MaskerSample {
  readonly bytes: Uint8Array;
  readonly finding: Finding;
  readonly place: Place;
}

/** Pure, gives back something else than it was given, and keeps the length where it says so. */
export function maskerConforms(t: Test, masker: Masker, samples: readonly MaskerSample[]): void {
  t.ok(samples.length > 0, `${masker.name}: there are samples`);
  for (const [index, { bytes, finding, place }] of samples.entries()) {
    const before = keep(bytes);
    const mask = keep(masker.mask(bytes, finding, place));
    const again = masker.mask(bytes, finding, place);
    t.ok(equal(bytes, before), `${masker.name}: sample ${index} is left as it was`);
    t.ok(equal(mask, again), `${masker.name}: sample ${index} gives the same mask again`);
    t.notOk(
      equal(mask, bytes.subarray(finding.from, finding.to)),
      `${masker.name}: sample ${index} is masked`,
    );
    t.ok(overwrites(masker, { bytes, finding, place }, mask), `${masker.name}: sample ${index} in place`);
    if (masker.keepsLength)
      t.equal(mask.length, finding.to - finding.from, `${masker.name}: sample ${index} keeps its length`);
  }
}

/** Where a mask is written in place it is the same, and where it is not nothing is written. */
function overwrites(masker: Masker, { bytes, finding, place }: MaskerSample, mask: Uint8Array): boolean {
  const written = keep(bytes);
  const isWritten = masker.overwrite?.(written, finding, place) ?? false;
  const expected = keep(bytes);
  if (isWritten) expected.set(mask, finding.from);
  return equal(written, expected);
}
