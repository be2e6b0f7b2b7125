import type { Bytes } from '../../base/bytes.ts';
import { OPEN } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { open } from '../open.ts';
import { digitLeads, leads, next } from '../sieve.ts';
import { boundaryAfter, boundaryBefore, FREE, hexBoundaryBefore, INSIDE } from './boundary.ts';
import { cellVerdict } from './cell.ts';
import { namesCard } from './context.ts';
import { decide, type PanReason } from './decision.ts';
import { windowAt } from './grouping.ts';
import { listing } from './list.ts';
import { digitsMin, readNumber, type SpelledNumber, spelledNumber } from './number.ts';

/** Primary account numbers (ISO/IEC 7812-1; PCI DSS requirement 3.4). */
export const pan: Detector = {
  kind: 'pan',
  reachBytesMax: 256,
  leads: digitLeads,
  leadsInside: leads('3%\\&\xd9\xdb\xef'),
  next,
  open,
  judge,
  explain,
  heeds: ({ name, kind }) => kind === 'cell' && namesCard(name),
};

/** What was decided of a number, taken or not. */
export interface PanVerdict {
  readonly from: number;
  readonly to: number;
  readonly reason: PanReason;
  readonly hex: boolean;
}

const number: SpelledNumber = spelledNumber();

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  const verdict = examine(bytes, at, last, place);
  if (verdict === null || verdict === 'undecided') return verdict;
  if (verdict.reason.startsWith('not-')) return null;
  const { from, to, reason, hex } = verdict;
  return hex ? { kind: 'pan', from, to, reason, spelling: 'hex' } : { kind: 'pan', from, to, reason };
}

function explain(bytes: Bytes, at: number, place: Place): PanVerdict | null {
  const verdict = examine(bytes, at, true, place);
  return verdict === 'undecided' ? null : verdict;
}

/** The verdict on the number that starts at `at`; null if none does that could be a card number. */
export function examine(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
): PanVerdict | Undecided | null {
  const plain = examineSpelled(bytes, at, last, place, false);
  if (plain !== null && (plain === 'undecided' || !plain.reason.startsWith('not-'))) return plain;
  const cell = cellVerdict(bytes, at, last, place, number);
  if (cell !== null) return cell;
  return (mayBeHex(bytes, at) ? examineSpelled(bytes, at, last, place, true) : null) ?? plain;
}

/** `3` and a decimal digit: a digit in hexadecimal spelling, or the end of the bytes. */
function mayBeHex(bytes: Bytes, at: number): boolean {
  return bytes[at] === 0x33 && (bytes[at + 2] ?? 0x33) === 0x33;
}

function examineSpelled(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
  hex: boolean,
): PanVerdict | Undecided | null {
  const before = hex ? hexBoundaryBefore(bytes, at) : boundaryBefore(bytes, at);
  if (before === INSIDE) return null;
  if (!readNumber(bytes, at, last, hex, number)) return 'undecided';
  if (number.count < digitsMin) return null;
  let verdict: PanVerdict | null = null;
  for (let i = 0; ; i++) {
    const window = windowAt(number, i);
    if (window === null) return verdict;
    const to = number.ends[window.count - 1]!;
    const after = hex ? FREE : boundaryAfter(bytes, to, last, place.form === 'number');
    if (after === OPEN) return 'undecided';
    if (after === INSIDE) continue;
    const listed = window.groups >= 4 && !hex ? listing(bytes, at, to, last) : FREE;
    if (listed === OPEN) return 'undecided';
    const reason = decide(number.digits, window, Math.min(before, after, listed), bytes, at, place);
    if (!reason.startsWith('not-')) return { from: at, to, reason, hex };
    verdict ??= { from: at, to, reason, hex };
  }
}
