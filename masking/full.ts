import type { Masker } from '../base/finding.ts';
import { blackened, none, starred, zeroed } from './digits.ts';
import { formAt } from './form.ts';

/**
 * Nothing stays: an asterisk for each character of its spelling, separators of a card number
 * aside, or digits where the text must stay a number.
 */
export const full: Masker = {
  name: 'full',
  keepsLength: true,
  mask(text, finding, place) {
    const span = text.subarray(finding.from, finding.to);
    if (formAt(text, finding, place) === 'number') return zeroed(span, none);
    return finding.kind === 'pan' ? starred(span, none, finding.spelling) : blackened(span, finding.spelling);
  },
};
