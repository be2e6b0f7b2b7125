import type { Bytes } from '../../base/bytes.ts';
import type { Place } from '../../base/finding.ts';
import { FREE } from './boundary.ts';
import { EXEMPT, type Issuers, issuer, STRONG } from './brand.ts';
import { contextOf, FIELD } from './context.ts';
import { ODD, PRINTED, type Window } from './grouping.ts';
import { luhn } from './luhn.ts';
import { AGAINST, CARD, SILENT } from './words.ts';

/** Stable codes: why a number was taken, or why not. docs/detection.md explains each. */
export type PanReason =
  | 'pan-issuer' // issuer, length, grouping and check digit leave no doubt
  | 'pan-field' // the value of a card field, with a valid check digit
  | 'pan-exempt' // the value of a card field, of a brand without check digits
  | 'pan-context' // words before it say card
  | 'not-repeated' // one digit over and over
  | 'not-check-digit' // the check digit is wrong
  | 'not-grouping' // grouped as no card number is
  | 'not-against' // words before it say that it is something else
  | 'not-boundary' // digits enough, but a part of something longer
  | 'not-context'; // doubtful, and nothing before it says card

/** Reasons by their number, which is what the hot path deals in: first those to take a number. */
export const reasons: readonly PanReason[] = [
  'pan-issuer',
  'pan-field',
  'pan-exempt',
  'pan-context',
  'not-repeated',
  'not-check-digit',
  'not-grouping',
  'not-against',
  'not-context',
];
const ISSUER = 0;
export const CARD_FIELD = 1;
const CARD_EXEMPT = 2;
const CONTEXT = 3;
const NOT_REPEATED = 4;
const NOT_CHECK_DIGIT = 5;
const NOT_GROUPING = 6;
const NOT_AGAINST = 7;
const NOT_CONTEXT = 8;

/** True of the number of a reason to take. */
export function isTaken(reason: number): boolean {
  return reason <= CONTEXT;
}

/** Judges `count` digits that are grouped, bounded and placed so; the number of a reason. */
export function decide(
  digits: Uint8Array,
  window: Window,
  boundary: number,
  bytes: Bytes,
  at: number,
  place: Place,
  issuers: Issuers,
): number {
  const { count, kind } = window;
  if (isRepeated(digits, count)) return NOT_REPEATED;
  const checked = luhn(digits, count);
  const issued = issuer(digits, count, issuers);
  if (!checked && (issued & EXEMPT) === 0) return NOT_CHECK_DIGIT;
  const strong = (issued & STRONG) !== 0 && kind === PRINTED && boundary === FREE;
  if (checked && strong && !isSiret(digits, count)) return ISSUER;
  const context = contextOf(bytes, at, place);
  if (context === FIELD) return checked ? CARD_FIELD : CARD_EXEMPT;
  if (!checked) return NOT_CHECK_DIGIT;
  if (kind === ODD) return NOT_GROUPING;
  if (context <= SILENT) return context === AGAINST ? NOT_AGAINST : NOT_CONTEXT;
  return issued !== 0 || context === CARD ? CONTEXT : NOT_CONTEXT;
}

function isRepeated(digits: Uint8Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (digits[i] !== digits[0]) return false;
  return true;
}

/** A French SIRET has fourteen digits and two check digits: its own and its SIREN's (INSEE). */
function isSiret(digits: Uint8Array, count: number): boolean {
  return count === 14 && luhn(digits, 9);
}
