/** Masked examples for people. They are cut out of masked text: what was masked cannot stand in them. */
import { type Bytes, text } from '../../base/bytes.ts';
import type { Sighting } from './chunk.ts';

const EXAMPLE_CHARACTERS_MAX = 32;
/** PCI DSS 3.4.1: of a card number at most the first six and last four digits are shown. */
const DIGITS_MAX = 10;

/** The sightings with what stands at their places in `masked`, which begins at offset `at`. */
export function withExamples(sightings: readonly Sighting[], masked: Bytes, at: number): Sighting[] {
  return sightings.map((sighting) => {
    const example = exampleOf(masked.subarray(sighting.from - at, sighting.to - at));
    return example === null ? sighting : { ...sighting, example };
  });
}

/** A masked value as it may be shown; null if it does not look like one. */
export function exampleOf(masked: Bytes): string | null {
  const words = text(masked).replace(/\p{Cc}/gu, ' ');
  const digits = words.match(/\d/g)?.length ?? 0;
  if (!words.includes('*') || digits > DIGITS_MAX) return null;
  return words.length > EXAMPLE_CHARACTERS_MAX ? `${words.slice(0, EXAMPLE_CHARACTERS_MAX)}…` : words;
}
