import { FF1 } from '@noble/ciphers/ff1.js';
import { keep } from '../base/bytes.ts';
import type { Masker } from '../base/finding.ts';
import { digitsOf, passes, writeDigit } from './digits.ts';
import { full } from './full.ts';

/** How card numbers are encrypted into numbers of the same length. */
export interface FpeOptions {
  /** AES key of 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
  /** Up to 32 bytes that need not be secret; another tweak gives other numbers. */
  readonly tweak: Uint8Array;
  /**
   * `whole`: every digit but the check digit is encrypted, and the check digit is made anew: wrong,
   * so that the result is no card number, or valid. `middle`: what the first six and last four digits leave,
   * where that is six digits or more.
   */
  readonly scope: 'whole' | 'middle';
  /** Of `whole`: `wrong` if not set; `valid` gives numbers that look like card numbers, and are found again. */
  readonly checkDigit?: 'wrong' | 'valid';
}

/** Fewest digits that may be encrypted: a domain of a million (NIST SP 800-38G Rev. 1, 5.2). */
const DIGITS_MIN = 6;
const BIGINT_MAX = '9223372036854775807';

type Digits = readonly number[];

/**
 * Format-preserving encryption: FF1 of NIST SP 800-38G with radix 10. Numbers whose first digit
 * is no zero, or that fit into eight bytes, stay so by walking the cycle: the result of a round
 * that is not like the number goes into the next one.
 */
export function fpeMasker({ key, tweak, scope, checkDigit = 'wrong' }: FpeOptions): Masker {
  const crypt = cryptOf(FF1(10, key, tweak).encrypt, scope, checkDigit === 'valid' ? 0 : 1);
  return {
    name: 'fpe',
    keepsLength: true,
    mask(text, finding, place) {
      const span = text.subarray(finding.from, finding.to);
      const digits = digitsOf(span, finding.spelling);
      const values = finding.kind === 'pan' ? crypt(digits.values) : null;
      if (values === null) return full.mask(text, finding, place);
      const masked = keep(span);
      values.forEach((value, i) => {
        writeDigit(masked, digits, i, value, finding.spelling);
      });
      return masked;
    },
  };
}

/** The card number that a mask with the same options was made of; null if there is none. */
export function fpeReveal(digits: Digits, options: FpeOptions): Digits | null {
  const { key, tweak, scope, checkDigit = 'wrong' } = options;
  return cryptOf(FF1(10, key, tweak).decrypt, scope, checkDigit === 'valid' ? 0 : 9)(digits);
}

/**
 * Encrypts or decrypts as the scope says; null where too few digits would be encrypted. The check
 * digit is as wrong as it was, and `more`: brands that give none can be revealed too.
 */
function cryptOf(
  round: (digits: number[]) => number[],
  scope: FpeOptions['scope'],
  more: number,
): (digits: Digits) => Digits | null {
  if (scope === 'middle')
    return (digits) => {
      const middle = digits.slice(6, -4);
      return middle.length < DIGITS_MIN
        ? null
        : [...digits.slice(0, 6), ...round(middle), ...digits.slice(-4)];
    };
  return (digits) => {
    const payload = digits.slice(0, -1);
    if (payload.length < DIGITS_MIN) return null;
    const crypted = walked(round, payload);
    const wrongBy = digits[payload.length]! - checkDigitOf(payload) + 10;
    return [...crypted, (checkDigitOf(crypted) + wrongBy + more) % 10];
  };
}

/** Rounds until the result is like the number it began with. */
function walked(round: (digits: number[]) => number[], digits: Digits): Digits {
  let result: Digits = digits;
  do result = round([...result]);
  while (!isLike(result, digits));
  return result;
}

function isLike(result: Digits, digits: Digits): boolean {
  if ((result[0] === 0) !== (digits[0] === 0)) return false;
  return fits(result) === fits(digits);
}

/** With any check digit, the number fits into a signed integer of eight bytes. */
function fits(payload: Digits): boolean {
  return payload.length + 1 < BIGINT_MAX.length || `${payload.join('')}9` <= BIGINT_MAX;
}

function checkDigitOf(payload: Digits): number {
  for (let digit = 0; digit < 9; digit++) if (passes([...payload, digit])) return digit;
  return 9;
}
