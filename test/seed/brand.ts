/**
 * The card brands of the test data: issuer ranges and lengths as the schemes publish them.
 * Written down apart from the detectors' own table, so that neither can hide a mistake of the
 * other.
 */

/** One brand: digits that its numbers start with (ranges of equal length) and how long they are. */
export interface Brand {
  readonly name: string;
  readonly ranges: readonly (readonly [from: string, to: string])[];
  readonly lengths: readonly number[];
}

export const BRANDS: readonly Brand[] = [
  brand('Visa', '4-4', [16, 16, 16, 19]),
  brand('Mastercard', '51-55', [16]),
  brand('Mastercard 2', '2221-2720', [16]),
  brand('American Express', '34-34 37-37', [15]),
  brand('Discover', '6011-6011 644-649 65-65', [16, 19]),
  brand('Diners Club', '300-305 36-36 38-39', [16]),
  brand('JCB', '3528-3589', [16]),
  brand('UnionPay', '622126-622925 62-62', [16, 17, 18, 19]),
  brand('Maestro', '5018-5018 6304-6304 6759-6759', [16, 18, 19]),
  brand('Mir', '2200-2204', [16, 17, 18, 19]),
  brand('Troy', '9792-9792', [16]),
  brand('RuPay', '6061-6069 508500-508999', [16]),
  brand('Verve', '506099-506198 650002-650005', [16, 19]),
  brand('Elo', '636368-636368 504175-504175', [16]),
  brand('Hipercard', '606282-606282', [16]),
  brand('Dankort', '5019-5019', [16]),
  brand('InterPayment', '636-636', [16, 19]),
  brand('InstaPayment', '637-639', [16]),
  brand('Humo', '9860-9860', [16]),
  brand('Uzcard', '8600-8600', [16]),
];

/**
 * Numbers so short that chance makes many of them: detectors take them for cards only where the
 * words around say so, and so does the test data.
 */
export const SHORT_BRANDS: readonly Brand[] = [
  brand('Visa', '4-4', [13]),
  brand('Diners Club', '300-305 36-36 38-39', [14]),
];

/** `ranges` as `from-to from-to ...`. */
function brand(name: string, ranges: string, lengths: readonly number[]): Brand {
  const parsed = ranges.split(' ').map((range) => range.split('-') as [string, string]);
  return { name, ranges: parsed, lengths };
}
