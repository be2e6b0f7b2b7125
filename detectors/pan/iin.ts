/**
 * Issuer identification numbers (ISO/IEC 7812-1) by brand and length. A row's `strong` lengths
 * are taken wherever they stand, its `weak` ones only where something around them says card.
 * Where brands share a range the rows add up and the strongest answer holds. Data, not code.
 */
export interface IinRow {
  readonly brand: string;
  /** Inclusive ranges of leading digits, at most six, both ends with as many: `4 51-55 622126-622925`. */
  readonly prefixes: string;
  readonly strong: readonly number[];
  readonly weak: readonly number[];
  /** False where issuers of the brand are known to give numbers without a valid check digit. */
  readonly luhn: boolean;
  /** Where the row comes from. */
  readonly source: string;
}

const TABLE = 'Wikipedia, Payment card number, section Issuer identification number';
const MERCHANT = 'activemerchant/active_merchant, credit_card_methods.rb (00401aff)';
const TYPES = 'braintree/credit-card-type, card-types.ts (0bac61c0)';
const VALIDATIONS = 'didww/credit_card_validations, lib/data and plugins';
const TO_NINETEEN: readonly number[] = [16, 17, 18, 19];

export const iinRows: readonly IinRow[] = [
  row('visa', '4', [16, 19], [13, 18], true, `${TABLE}; 18: ${TYPES}`),
  row('mastercard', '51-55 2221-2720', [16], [], true, TABLE),
  row('amex', '34 37', [15], [], true, TABLE),
  row('discover', '6011 644-649 65 622126-622925', TO_NINETEEN, [], true, TABLE),
  row('diners', '300-305 3095 36 38-39', [14, ...TO_NINETEEN], [], true, TABLE),
  row('enroute', '2014 2149', [], [15], true, `${TABLE}, revision of 2014: no validation`),
  row('jcb', '3528-3589', TO_NINETEEN, [], true, TABLE),
  row('jcb', '3088-3094 3096-3102 3112-3120 3158-3159 3337-3349', [], [16], true, MERCHANT),
  row('jcb', '1800 2131', [], [15], true, TABLE),
  row('unionpay', '62', TO_NINETEEN, [14, 15], false, `${TABLE}; 14, 15: ${TYPES}`),
  row('unionpay', '810 8110-8171', TO_NINETEEN, [], false, `${TYPES}; ${MERCHANT}`),
  row('maestro', '50 56-59 63 67', [16, 18, 19], [12, 13, 14, 15, 17], true, TABLE),
  row('maestro', '60-62 64-66 68-69', [16], [12, 13, 14, 15, 17, 18, 19], true, TYPES),
  row('maestro', '501080-501082', [16], [12, 13, 14, 15, 17, 18, 19], false, MERCHANT),
  row('mir', '2200-2204', TO_NINETEEN, [], true, TABLE),
  row('troy', '9792', [16], [], true, TABLE),
  row('rupay', '60', [16], [], false, `${VALIDATIONS}; with cabal, sodexo, alia and others of ${MERCHANT}`),
  row('rupay', '8172-8182 8192-8202', [16], [], false, VALIDATIONS),
  row('rupay', '65 81-82 508 353 356', [16], [], true, TABLE),
  row('verve', '506099-506198 507865-507964 650002-650027', [16, 18, 19], [], true, TABLE),
  row('elo', '401178-401179 431274 438935 451416 457393 457631-457632 504175', [16], [], false, TYPES),
  row('elo', '506699-506778 509000-509999 627780 636297-636298 636368', [16], [], false, TYPES),
  row('elo', '650031-650051 650057-650081 650405-650598 650700-650978', [16], [], false, TYPES),
  row('elo', '651652-651704 655000-655058', [16], [], false, TYPES),
  row('alelo', '506699-506773 509015-509019 509880-509992', [16], [], true, MERCHANT),
  row('hipercard', '606282 3841', [16, 19], [13], false, MERCHANT),
  row('hiper', '637095 637374 637433 637568 637599 637609 637612', [16], [], true, TYPES),
  row('cabal', '604201-604400 589657 603522 627170 650272 650087', [16], [], false, MERCHANT),
  row('naranja', '589562', [16], [], false, MERCHANT),
  row('creditel', '601933', [16], [], false, MERCHANT),
  row('alia', '504997 505878 601030 601073 505874', [16], [], false, MERCHANT),
  row('confiable', '560718', [16], [], false, MERCHANT),
  row('sodexo', '505864-505865', [16], [], false, MERCHANT),
  row('sodexo', '606068-606071 603389 600818', [16], [], true, MERCHANT),
  row('anda', '603199', [16], [], false, MERCHANT),
  row('tarjeta-d', '601828', [16], [], false, MERCHANT),
  row('carnet', '506199-506499 286900 502275 606333 627535 636318 636379 639388', [16], [], true, MERCHANT),
  row('carnet', '639484 639559 506336 588772 604622', [16], [], true, MERCHANT),
  row('mada', '504300 506968 508160 585265 588848-588850 588982-588983', [16], [], true, MERCHANT),
  row('mada', '589005 589206 604906 605141 636120 968201-968211', [16], [], true, MERCHANT),
  row('synchrony', '700600', [16], [], true, MERCHANT),
  row('routex', '700676 700678', [19], [], true, MERCHANT),
  row('voyager', '7088', [], [15], true, VALIDATIONS),
  row('uatp', '1', [], [15], true, TABLE),
  row('dankort', '5019 4571', [16], [], true, TABLE),
  row('dinacard', '9891', [16], [], true, VALIDATIONS),
  row('interpayment', '636', TO_NINETEEN, [], true, TABLE),
  row('instapayment', '637-639', [16], [], true, TABLE),
  row('humo', '9860', [16], [], true, VALIDATIONS),
  row('uzcard', '8600 5614', [16], [], true, VALIDATIONS),
  row('laser', '6304 6706 6709 6771', TO_NINETEEN, [], true, TABLE),
  row('solo', '6334 6767', [16, 18, 19], [], true, TABLE),
  row('switch', '6333 6759 633110 564182', [16, 18, 19], [], true, TABLE),
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
