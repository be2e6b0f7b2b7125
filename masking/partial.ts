import type { Finding, Masker } from '../base/finding.ts';
import { type Keeping, none, plainDigits, starPlain, starred, zeroed } from './digits.ts';
import { formAt } from './form.ts';

/** The first six and the last four digits stay, the most that PCI DSS 3.4.1 lets anybody see. */
export const partial: Masker = keeping('partial', () => ({ first: 6, last: 4 }));

/** The first eight and the last four of sixteen digits, for issuers' numbers of eight digits. */
export const partialEight: Masker = keeping('partial8', (count) => ({
  first: count === 16 ? 8 : 6,
  last: 4,
}));

/** The last four digits stay. */
export const last4: Masker = keeping('last4', () => ({ first: 0, last: 4 }));

/** The first six digits stay. */
export const bin: Masker = keeping('bin', () => ({ first: 6, last: 0 }));

/** A mask that keeps some digits in clear, and the length. */
function keeping(name: string, keptOf: Keeping): Masker {
  return {
    name,
    keepsLength: true,
    mask(text, finding, place) {
      const { from, to, spelling } = finding;
      if (formAt(text, finding, place) === 'number')
        return zeroed(text.subarray(from, to), isExempt(finding) ? none : keptOf);
      return starred(text.subarray(from, to), keptOf, spelling);
    },
    // What most numbers are: no copy is made of them.
    overwrite(text, finding, place) {
      const { from, to, spelling } = finding;
      const count = spelling === undefined ? plainDigits(text, from, to) : 0;
      if (count === 0 || formAt(text, finding, place) === 'number') return false;
      starPlain(text, from, to, count, keptOf);
      return true;
    },
  };
}

/** Without a check digit the first six digits alone would make the zeros a card number again. */
function isExempt(finding: Finding): boolean {
  return finding.reason === 'pan-exempt';
}
