import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { keyBefore, parentKey, phraseBefore, wordBefore } from '../key.ts';
import { open } from '../open.ts';
import { luhn } from '../pan/luhn.ts';
import { leads, next } from '../sieve.ts';
import { namesCode, namesCvv } from './keys.ts';

/**
 * Card verification codes (PCI DSS 3.3.1.2): three or four digits, never by their value alone,
 * always by the name that they stand under, or beside a card number under no name of their own.
 */
export const cvv: Detector = {
  kind: 'cvv',
  reachBytesMax: 8,
  leads: leads('0123456789'),
  leadsInside: leads(''),
  next,
  open,
  judge,
  heeds: ({ name, kind }) => kind === 'cell' && namesCvv(name),
};

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  if (at > 0 && isDigit(bytes[at - 1]!)) return null;
  const to = digitsEnd(bytes, at);
  if (to - at > 4) return null;
  if (to === bytes.length && !last) return 'undecided';
  if (to - at < 3 || isWord(bytes[to])) return null;
  if (place.kind === 'cell' && at === 0 && to === bytes.length && namesCvv(place.name))
    return { kind: 'cvv', from: at, to, reason: 'cvv-field' };
  const reason = reasonOf(bytes, at);
  return reason === null ? null : { kind: 'cvv', from: at, to, reason };
}

function reasonOf(bytes: Bytes, at: number): string | null {
  const key = keyBefore(bytes, at);
  if (namesCvv(key.name)) return 'cvv-key';
  if (key.name === '') return namesCvv(wordBefore(bytes, at).name) ? 'cvv-word' : null;
  if (!namesCode(key.name)) return null;
  if (namesCvv(phraseBefore(bytes, key, at))) return 'cvv-key';
  const parent = parentKey(bytes, key.from, at);
  if (parent === null) return null;
  return namesCvv(parent.name) || holdsCardNumber(bytes, parent.open, key.from) ? 'cvv-object' : null;
}

/** A card number stands in the object that opens at `from`. */
function holdsCardNumber(bytes: Bytes, from: number, to: number): boolean {
  let count = 0;
  for (let i = from; i <= to; i++) {
    if (i < to && isDigit(bytes[i]!)) count++;
    else {
      if (count >= 12 && count <= 19 && passes(bytes, i - count, count)) return true;
      count = 0;
    }
  }
  return false;
}

const digits = new Uint8Array(19);

function passes(bytes: Bytes, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) digits[i] = bytes[from + i]! - 0x30;
  return luhn(digits, count);
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
