import type { Detector } from '../base/finding.ts';
import { cvv } from './cvv/index.ts';
import { emv } from './emv/index.ts';
import { pan } from './pan/index.ts';
import { pin } from './pin/index.ts';
import { track } from './track/index.ts';

export { allocate } from './kernels/kernel.ts';
export { createScanner } from './scanner.ts';

/** Every detector there is, in order of precedence where two start at one place. */
export const detectors: readonly Detector[] = [track, emv, pan, cvv, pin];
