import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { keyBefore } from '../key.ts';
import { digitLeads, next } from '../sieve.ts';
import { namesCvv } from './keys.ts';

/**
 * Card verification codes (PCI DSS 3.3.1.2): three or four digits, never by their value alone,
 * always by the name that they stand under.
 */
export const cvv: Detector = {
  kind: 'cvv',
  reachBytesMax: 8,
  leads: digitLeads,
  next,
  judge,
};

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  const to = digitsEnd(bytes, at);
  if (to - at > 4 || (at > 0 && isDigit(bytes[at - 1]!))) return null;
  if (to === bytes.length && !last) return 'undecided';
  if (to - at < 3 || isWord(bytes[to])) return null;
  if (place.kind === 'cell' && at === 0 && to === bytes.length && namesCvv(place.name))
    return { kind: 'cvv', from: at, to, reason: 'cvv-field' };
  return namesCvv(keyBefore(bytes, at).name) ? { kind: 'cvv', from: at, to, reason: 'cvv-key' } : null;
}

/** The end of the digits at `at`, at most five of them. */
function digitsEnd(bytes: Bytes, at: number): number {
  let to = at;
  while (to < bytes.length && to - at < 5 && isDigit(bytes[to]!)) to++;
  return to;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 0x20;
  return byte === 0x5f || (letter >= 0x61 && letter <= 0x7a);
}
