import type { Bytes } from '../../base/bytes.ts';
import { OPEN } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { digitLeads, next } from '../sieve.ts';
import { boundaryAfter, boundaryBefore, FREE, INSIDE } from './boundary.ts';
import { EXEMPT, issuer, STRONG, WEAK } from './brand.ts';
import { contextOf, FIELD, SILENT } from './context.ts';
import { ODD, PRINTED, type Window, windowAt } from './grouping.ts';
import { luhn } from './luhn.ts';
import { digitsMin, readNumber, type SpelledNumber, spelledNumber } from './number.ts';

/** Primary account numbers (ISO/IEC 7812-1; PCI DSS requirement 3.4). */
export const pan: Detector = {
  kind: 'pan',
  reachBytesMax: 256,
  leads: digitLeads,
  next,
  judge,
};

const number: SpelledNumber = spelledNumber();

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  const before = boundaryBefore(bytes, at);
  if (before === INSIDE) return null;
  if (!readNumber(bytes, at, last, number)) return 'undecided';
  if (number.count < digitsMin) return null;
  for (let i = 0; ; i++) {
    const window = windowAt(number, i);
    if (window === null) return null;
    const to = number.ends[window.count - 1]!;
    const after = boundaryAfter(bytes, to, last);
    if (after === OPEN) return 'undecided';
    if (after === INSIDE) continue;
    const reason = decide(bytes, at, place, window, Math.min(before, after));
    if (reason !== '') return { kind: 'pan', from: at, to, reason };
  }
}

/** The reason to take a number, or empty. */
function decide(bytes: Bytes, at: number, place: Place, window: Window, boundary: number): string {
  if (isRepeated(number.digits, window.count)) return '';
  const issued = issuer(number.digits, window.count);
  const checked = luhn(number.digits, window.count);
  if (!checked && (issued & EXEMPT) === 0) return '';
  if (checked && (issued & STRONG) !== 0 && window.kind === PRINTED && boundary === FREE) return 'pan-issuer';
  const context = contextOf(bytes, at, place);
  if (context === FIELD) return checked ? 'pan-field' : 'pan-exempt';
  if (context <= SILENT || !checked || window.kind === ODD) return '';
  return (issued & (STRONG | WEAK)) !== 0 ? 'pan-context' : '';
}

function isRepeated(digits: Uint8Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (digits[i] !== digits[0]) return false;
  return true;
}
