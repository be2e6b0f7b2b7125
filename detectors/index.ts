import type { Detector } from '../base/finding.ts';
import { capped, type Held } from './capped.ts';
import { credential } from './credential/index.ts';
import { cvv } from './cvv/index.ts';
import { email } from './email/index.ts';
import { emv } from './emv/index.ts';
import { iban } from './iban/index.ts';
import { pan, panOf } from './pan/index.ts';
import { phone } from './phone/index.ts';
import { pin } from './pin/index.ts';
import { ssn } from './ssn/index.ts';
import { track } from './track/index.ts';

export { type Held, heldByDefault, heldBytesMin } from './capped.ts';
export { allocate } from './kernels/kernel.ts';
export { brands, uncheckedBrands } from './pan/brand.ts';
export { type CustomRule, customDetector } from './regexp/index.ts';
export { regexpEngine as expressionEngine } from './regexp/pattern.ts';
export { createScanner } from './scanner.ts';

/** Every detector there is, in order of precedence where two start at one place. */
export const detectors: readonly Detector[] = [
  track,
  emv,
  pan,
  cvv,
  pin,
  iban,
  credential,
  email,
  ssn,
  phone,
];

/** The same, none of which looks further ahead than `held` allows. */
export function detectorsWith(held: Held, brandsUnchecked?: readonly string[]): readonly Detector[] {
  const numbers = brandsUnchecked ? panOf(brandsUnchecked) : pan;
  return detectors.map((detector) => capped(detector === pan ? numbers : detector, held));
}
