/**
 * Issuer identification numbers (ISO/IEC 7812-1) by brand and length. A row's `strong` lengths
 * are taken wherever they stand, its `weak` ones only where something around them says card.
 * Where brands share a range the rows add up: the strongest answer holds. Data, not code.
 */
export interface IinRow {
  readonly brand: string;
  /** Inclusive ranges of leading digits, both ends with the same number of digits: `51-55`, `4`. */
  readonly prefixes: string;
  readonly strong: readonly number[];
  readonly weak: readonly number[];
  /** False where issuers of the brand are known to give numbers without a valid check digit. */
  readonly luhn: boolean;
  /** Where the row comes from. */
  readonly source: string;
}

const ISO = 'en.wikipedia.org/wiki/Payment_card_number (Issuer identification number)';

export const iinRows: readonly IinRow[] = [
  row('visa', '4', [16, 19], [13, 18], true, ISO),
  row('mastercard', '51-55 2221-2720', [16], [], true, ISO),
  row('amex', '34 37', [15], [], true, ISO),
  row('discover', '6011 644-649 65 622126-622925', [16, 17, 18, 19], [], true, ISO),
  row('diners', '300-305 3095 36 38-39', [14, 16, 17, 18, 19], [], true, ISO),
  row('jcb', '3528-3589', [16, 17, 18, 19], [], true, ISO),
  row('jcb', '1800 2131', [], [15], true, ISO),
  row('unionpay', '62 81', [16, 17, 18, 19], [14, 15], false, ISO),
  row('maestro', '50 56-58 63 67 6', [16], [12, 13, 14, 15, 17, 18, 19], true, ISO),
  row('mir', '2200-2204', [16, 17, 18, 19], [], true, ISO),
  row('troy', '9792', [16], [], true, ISO),
  row('rupay', '6061-6069 607 608 508 353 356', [16], [], true, ISO),
  row('rupay', '817-819', [16], [], false, ISO),
  row('verve', '506099-506198 507865-507964 650002-650005', [16, 18, 19], [], true, ISO),
  row('hipercard', '606282 384', [16, 19], [13], true, ISO),
  row('uatp', '1', [], [15], true, ISO),
  row('dankort', '5019 4571', [16], [], true, ISO),
  row('interpayment', '636', [16, 17, 18, 19], [], true, ISO),
  row('instapayment', '637-639', [16], [], true, ISO),
  row('humo', '9860', [16], [], true, ISO),
  row('uzcard', '8600 5614', [16], [], true, ISO),
  row('naranja', '589562', [16], [], true, ISO),
  row('laser', '6304 6706 6709 6771', [16, 17, 18, 19], [], true, ISO),
  row('solo', '6334 6767', [16, 18, 19], [], true, ISO),
  row('switch', '6333 6759', [16, 18, 19], [], true, ISO),
];

function row(
  brand: string,
  prefixes: string,
  strong: readonly number[],
  weak: readonly number[],
  luhn: boolean,
  source: string,
): IinRow {
  return { brand, prefixes, strong, weak, luhn, source };
}
