import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Undecided } from '../../base/finding.ts';
import { next } from '../anchors.ts';
import { isDigit, isWord, UPPER } from '../ascii.ts';
import { yielding } from '../yielding.ts';
import { lengths } from './countries.ts';

/** International bank account numbers: ISO 13616-1, with the check digits of ISO/IEC 7064 MOD 97-10. */
export const iban: Detector = yielding({
  kind: 'iban',
  reachBytesMax: 48,
  leads: UPPER,
  inside: false,
  next,
  judge,
});

const SPACE = 0x20;

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  if (!isUpper(bytes[at]!) || (at > 0 && isWord(bytes[at - 1]!))) return null;
  if (at + 2 > bytes.length) return last ? null : 'undecided';
  const length = lengths.get(String.fromCharCode(bytes[at]!, bytes[at + 1]!));
  if (length === undefined) return null;
  let count = 0;
  let rest = 0;
  let head = 0;
  let to = at;
  for (; count < length; to++) {
    if (to >= bytes.length) return last ? null : 'undecided';
    const value = valueOf36(bytes[to]!);
    if (value >= 0) {
      if (count === 2 || count === 3 ? value > 9 : false) return null;
      if (count < 4) head = value > 9 ? head * 100 + value : head * 10 + value;
      else rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
      count++;
    } else if (bytes[to] !== SPACE || count % 4 !== 0) return null;
  }
  if (to >= bytes.length && !last) return 'undecided';
  if (to < bytes.length && isWord(bytes[to]!)) return null;
  return (rest * 1_000_000 + head) % 97 === 1 ? { kind: 'iban', from: at, to, reason: 'iban' } : null;
}

/** The value of a digit or a capital letter; -1 of anything else. */
function valueOf36(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  return isUpper(byte) ? byte - 0x37 : -1;
}
