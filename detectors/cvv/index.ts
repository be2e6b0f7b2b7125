import type { Bytes } from '../../base/bytes.ts';
import { endsEscape } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { goesOn, mayGoOn } from '../ascii.ts';
import { keyBefore, labelBefore, parentKey, phraseBefore, wordBefore } from '../key.ts';
import { open } from '../open.ts';
import { luhn } from '../pan/luhn.ts';
import { leads, next } from '../sieve.ts';
import { builtIn } from './built-in.ts';
import { namesCode, namesCvv, saysCvv } from './keys.ts';

/**
 * Card verification codes (PCI DSS 3.3.1.2): three or four digits, never by their value alone,
 * always by the name that they stand under, or beside a card number under no name of their own.
 */
export const cvv: Detector = {
  kind: 'cvv',
  builtIn,
  reachBytesMax: 8,
  leads: leads('0123456789'),
  leadsInside: leads(''),
  next,
  open,
  judge,
  heeds: ({ name, kind }) => kind === 'cell' && namesCvv(name),
};

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  if (at > 0 && isDigit(bytes[at - 1]!) && !endsEscape(bytes, at)) return null;
  const to = digitsEnd(bytes, at);
  if (to - at > 4) return null;
  if (to === bytes.length && !last) return 'undecided';
  if (to - at < 3 || isLetter(bytes[to]) || goesOn(bytes, to)) return null;
  if (!last && mayGoOn(bytes, to)) return 'undecided';
  if (place.kind === 'cell' && at === 0 && to === bytes.length && namesCvv(place.name))
    return { kind: 'cvv', from: at, to, reason: 'cvv-field' };
  const reason = reasonOf(bytes, at);
  return reason === null ? null : { kind: 'cvv', from: at, to, reason };
}

function reasonOf(bytes: Bytes, at: number): string | null {
  const key = keyBefore(bytes, at);
  if (key.name === '') return isSaid(bytes, at) ? 'cvv-word' : null;
  if (namesCvv(key.name)) return 'cvv-key';
  if (!namesCode(key.name)) return null;
  if (namesCvv(phraseBefore(bytes, key, at)) || namesCvv(labelBefore(bytes, key, at))) return 'cvv-key';
  const parent = parentKey(bytes, key.from, at);
  if (parent === null) return null;
  const named = namesCvv(parent.name) || namesCvv(`${parent.name}_${key.name}`);
  return named || holdsCardNumber(bytes, parent.open, key.from) ? 'cvv-object' : null;
}

/** `cvv 123`, `security code 123`. */
function isSaid(bytes: Bytes, at: number): boolean {
  const word = wordBefore(bytes, at);
  return saysCvv(word.name) || (namesCode(word.name) && saysCvv(phraseBefore(bytes, word, at)));
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

function isLetter(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 0x20;
  return byte === 0x5f || (letter >= 0x61 && letter <= 0x7a);
}
