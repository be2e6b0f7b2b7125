import type { Bytes } from '../../base/bytes.ts';
import type { Place } from '../../base/finding.ts';
import { FREE } from './boundary.ts';
import { EXEMPT, issuer, STRONG } from './brand.ts';
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
  | 'not-context'; // doubtful, and nothing before it says card

/** Judges `count` digits that are grouped, bounded and placed so. */
export function decide(
  digits: Uint8Array,
  window: Window,
  boundary: number,
  bytes: Bytes,
  at: number,
  place: Place,
): PanReason {
  const { count, kind } = window;
  if (isRepeated(digits, count)) return 'not-repeated';
  const issued = issuer(digits, count);
  const checked = luhn(digits, count);
  if (!checked && (issued & EXEMPT) === 0) return 'not-check-digit';
  const strong = (issued & STRONG) !== 0 && kind === PRINTED && boundary === FREE;
  if (checked && strong && !isSiret(digits, count)) return 'pan-issuer';
  const context = contextOf(bytes, at, place);
  if (context === FIELD)
    return checked ? 'pan-field' : (issued & STRONG) !== 0 ? 'pan-exempt' : 'not-check-digit';
  if (!checked) return 'not-check-digit';
  if (kind === ODD) return 'not-grouping';
  if (context <= SILENT) return context === AGAINST ? 'not-against' : 'not-context';
  return issued !== 0 || context === CARD ? 'pan-context' : 'not-context';
}

function isRepeated(digits: Uint8Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (digits[i] !== digits[0]) return false;
  return true;
}

/** A French SIRET has fourteen digits and two check digits: its own and its SIREN's (INSEE). */
function isSiret(digits: Uint8Array, count: number): boolean {
  return count === 14 && luhn(digits, 9);
}
