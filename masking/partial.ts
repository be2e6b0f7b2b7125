import type { Masker } from '../base/finding.ts';
import { type Kept, starred, zeroed } from './digits.ts';
import { formAt } from './form.ts';

/** First six and last four digits stay (PCI DSS 3.4.1). */
export const partial: Masker = keeping('partial', { first: 6, last: 4 });

/** A mask that keeps some digits in clear and the length. */
export function keeping(name: string, kept: Kept): Masker {
  return {
    name,
    keepsLength: true,
    mask(text, finding, place) {
      const span = text.subarray(finding.from, finding.to);
      return formAt(text, finding, place) === 'number' ? zeroed(span, kept) : starred(span, kept);
    },
  };
}
