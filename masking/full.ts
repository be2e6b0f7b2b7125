import { type Bytes, keep } from '../base/bytes.ts';
import type { Masker } from '../base/finding.ts';
import { starred, zeroed } from './digits.ts';
import { formAt } from './form.ts';

const NONE = { first: 0, last: 0 } as const;

/** Nothing stays: an asterisk for each byte, or digits where the text must stay a number. */
export const full: Masker = {
  name: 'full',
  keepsLength: true,
  mask(text, finding, place) {
    const span = text.subarray(finding.from, finding.to);
    if (formAt(text, finding, place) === 'number') return zeroed(span, NONE);
    return finding.kind === 'pan' ? starred(span, NONE) : asterisks(span);
  },
};

function asterisks(span: Bytes): Bytes {
  return keep(span).fill(0x2a);
}
