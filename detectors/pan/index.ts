import type { Bytes } from '../../base/bytes.ts';
import { OPEN } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { open } from '../open.ts';
import { digitLeads, leads, next } from '../sieve.ts';
import { boundaryAfter, boundaryBefore, FREE, hexBoundaryBefore, INSIDE } from './boundary.ts';
import { type Issuers, issuers, issuersWith, uncheckedBrands } from './brand.ts';
import { cellHolds } from './cell.ts';
import { namesCard } from './context.ts';
import { CARD_FIELD, decide, isTaken, type PanReason, reasons } from './decision.ts';
import { windowAt } from './grouping.ts';
import { listing } from './list.ts';
import { digitsMax, digitsMin, readNumber, type SpelledNumber, spelledNumber } from './number.ts';

/** Primary account numbers (ISO/IEC 7812-1; PCI DSS requirement 3.4). */
export const pan: Detector = panBy(issuers);

/** The same, with these brands as those of which a card field may hold numbers without a valid check digit. */
export function panOf(brands: readonly string[]): Detector {
  const isKnown = brands.every((brand) => uncheckedBrands.includes(brand));
  return panBy(issuersWith(brands), isKnown ? next : nextOfAny);
}

/** As `next`, which drops an unbroken number for its check digit, but never for that. */
function nextOfAny(bytes: Bytes, from: number, to: number, framing?: number): number {
  const first = next(bytes, from, to, framing);
  return Math.min(first, nextRun(bytes, from, first));
}

/** The first of `digitsMin` digits in a row that begin in [from, to); `to` if there are none. */
function nextRun(bytes: Bytes, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    let end = at + digitsMin;
    while (end > at && isDigit(bytes[end - 1])) end--;
    if (end === at) return at;
    at = end - 1;
  }
  return to;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function panBy(table: Issuers, sieve: Detector['next'] = next): Detector {
  return {
    kind: 'pan',
    builtIn: { mask: 'partial' },
    reachBytesMax: 256,
    leads: digitLeads,
    leadsInside: leads('3%\\&\xd9\xdb\xef'),
    next: sieve,
    open,
    judge: (bytes, at, last, place) => judge(bytes, at, last, place, table),
    explain: (bytes, at, place) => explain(bytes, at, place, table),
    heeds: ({ name, kind }) => kind === 'cell' && namesCard(name),
  };
}

/** What was decided of a number, taken or not. */
export interface PanVerdict {
  readonly from: number;
  readonly to: number;
  readonly reason: PanReason;
  readonly hex: boolean;
}

const number: SpelledNumber = spelledNumber();
const NONE = -1;
const UNDECIDED = -2;
/** Where the number ends that was weighed last, and whether it is spelled in hexadecimal. */
let weighedTo = 0;
let weighedHex = false;

function judge(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
  table: Issuers,
): Finding | Undecided | null {
  const code = weigh(bytes, at, last, place, table);
  if (code < 0) return code === UNDECIDED ? 'undecided' : null;
  if (!isTaken(code)) return null;
  const finding = { kind: 'pan', from: at, to: weighedTo, reason: reasons[code]! };
  return weighedHex ? { ...finding, spelling: 'hex' } : finding;
}

function explain(bytes: Bytes, at: number, place: Place, table: Issuers): PanVerdict | null {
  const verdict = examine(bytes, at, true, place, table);
  return verdict === 'undecided' ? null : (verdict ?? glued(bytes, at));
}

/** As many digits in a row as a card number has, that are a part of something longer. */
function glued(bytes: Bytes, at: number): PanVerdict | null {
  let to = at;
  while (isDigit(bytes[to])) to++;
  const isLong = to - at >= digitsMin && to - at <= digitsMax;
  return isLong ? { from: at, to, reason: 'not-boundary', hex: false } : null;
}

/** The verdict on the number that starts at `at`; null if none does that could be a card number. */
export function examine(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
  table: Issuers = issuers,
): PanVerdict | Undecided | null {
  const code = weigh(bytes, at, last, place, table);
  if (code < 0) return code === UNDECIDED ? 'undecided' : null;
  return { from: at, to: weighedTo, reason: reasons[code]!, hex: weighedHex };
}

/** The number of the reason for or against what starts at `at`, NONE or UNDECIDED. */
function weigh(bytes: Bytes, at: number, last: boolean, place: Place, table: Issuers): number {
  const plain = weighSpelled(bytes, at, last, place, table, false);
  if (plain !== NONE && isTaken(plain)) return plain;
  const plainTo = weighedTo;
  if (place.kind === 'cell' && at === 0) {
    const cell = weighCell(bytes, last, place);
    if (cell !== NONE) return cell;
  }
  const hex = mayBeHex(bytes, at) ? weighSpelled(bytes, at, last, place, table, true) : NONE;
  if (hex !== NONE) return hex;
  weighedTo = plainTo;
  weighedHex = false;
  return plain;
}

function weighCell(bytes: Bytes, last: boolean, place: Place): number {
  const held = cellHolds(bytes, last, place, number);
  if (held === null) return UNDECIDED;
  if (!held) return NONE;
  weighedTo = bytes.length;
  weighedHex = false;
  return CARD_FIELD;
}

/** `3` and a decimal digit: a digit in hexadecimal spelling, or the end of the bytes. */
function mayBeHex(bytes: Bytes, at: number): boolean {
  return bytes[at] === 0x33 && (at + 2 >= bytes.length || bytes[at + 2] === 0x33);
}

function weighSpelled(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
  table: Issuers,
  hex: boolean,
): number {
  const before = hex ? hexBoundaryBefore(bytes, at) : boundaryBefore(bytes, at);
  if (before === INSIDE) return NONE;
  if (!readNumber(bytes, at, last, hex, number)) return UNDECIDED;
  if (number.count < digitsMin) return NONE;
  let answer = NONE;
  for (let i = 0; ; i++) {
    const window = windowAt(number, i);
    if (window === null) return answer;
    const to = number.ends[window.count - 1]!;
    const after = hex ? FREE : boundaryAfter(bytes, to, last, place.form === 'number');
    if (after === OPEN) return UNDECIDED;
    if (after === INSIDE) continue;
    const listed = window.groups >= 4 && !hex ? listing(bytes, at, to, last) : FREE;
    if (listed === OPEN) return UNDECIDED;
    const reason = decide(number.digits, window, Math.min(before, after, listed), bytes, at, place, table);
    if (answer !== NONE && !isTaken(reason)) continue;
    weighedTo = to;
    weighedHex = hex;
    if (isTaken(reason)) return reason;
    answer = reason;
  }
}
