import type { Detector } from '../base/finding.ts';
import { credential } from './credential/index.ts';
import { cvv } from './cvv/index.ts';
import { email } from './email/index.ts';
import { emv } from './emv/index.ts';
import { iban } from './iban/index.ts';
import { pan } from './pan/index.ts';
import { phone } from './phone/index.ts';
import { pin } from './pin/index.ts';
import { ssn } from './ssn/index.ts';
import { track } from './track/index.ts';

export { allocate } from './kernels/kernel.ts';
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
