import type { Bytes } from '../../base/bytes.ts';
import { endsEscape } from '../../base/character.ts';
import { ANYWHERE, type Detector, type Finding, type Place, type Undecided } from '../../base/finding.ts';
import { goesOn, mayGoOn } from '../ascii.ts';
import { endsKey } from '../kernels/classes.ts';
import { type Key, keyBefore, labelBefore, parentKey, phraseBefore, wordBefore } from '../key.ts';
import { luhn } from '../pan/luhn.ts';
import { leads, next } from '../sieve.ts';
import { builtIn } from './built-in.ts';
import { namesCode, namesCvv, saysCvv } from './keys.ts';

/** A code, and what must follow to tell that it is one. */
const codeBytesMax = 8;
/** Bytes behind a code among which the number of its card is looked for. */
const AHEAD_BYTES = 96;

/**
 * Card verification codes (PCI DSS 3.3.1.2): three or four digits, never by their value alone,
 * always by the name that they stand under, or beside a card number under no name of their own.
 */
export const cvv: Detector = {
  kind: 'cvv',
  builtIn,
  reachBytesMax: codeBytesMax + AHEAD_BYTES,
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
  const reason = reasonOf(bytes, at, to, last);
  return reason === null || reason === 'undecided' ? reason : { kind: 'cvv', from: at, to, reason };
}

/** Digits at the end, or before it under a name that only what follows can explain. */
function open(bytes: Bytes, from: number): number {
  for (let at = Math.max(from, bytes.length - codeBytesMax - AHEAD_BYTES); at < bytes.length; at++)
    if (isDigit(bytes[at]!) && judge(bytes, at, false, ANYWHERE) === 'undecided') return at;
  return bytes.length;
}

function reasonOf(bytes: Bytes, at: number, to: number, last: boolean): string | Undecided | null {
  const key = keyBefore(bytes, at);
  if (key.name === '') return isSaid(bytes, at) ? 'cvv-word' : null;
  if (namesCvv(key.name)) return endsAsKnown(bytes, key) ? 'cvv-key' : null;
  if (!namesCode(key.name)) return null;
  if (namesCvv(phraseBefore(bytes, key, at)) || namesCvv(labelBefore(bytes, key, at))) return 'cvv-key';
  const parent = parentKey(bytes, key.from, at);
  if (parent === null) return null;
  const named = namesCvv(parent.name) || namesCvv(`${parent.name}_${key.name}`);
  if (named || holdsCardNumber(bytes, parent.open, key.from)) return 'cvv-object';
  const end = objectEnd(bytes, to);
  if (end === bytes.length && end < to + AHEAD_BYTES && !last) return 'undecided';
  return holdsCardNumber(bytes, to, end) ? 'cvv-object' : null;
}

/** `ab_c_vv` is no name that the prefilter stops at: what is found must not hang on what else stands near. */
function endsAsKnown(bytes: Bytes, { name, from }: Key): boolean {
  return endsKey(bytes, from + name.length);
}

/** The end of the object around what ends at `from`, as far as it is looked at. */
function objectEnd(bytes: Bytes, from: number): number {
  const stop = Math.min(bytes.length, from + AHEAD_BYTES);
  let depth = 0;
  for (let at = from; at < stop; at++) {
    if (bytes[at] === 0x7b) depth++;
    else if (bytes[at] === 0x7d && depth-- === 0) return at;
  }
  return stop;
}

/** `cvv 123`, `security code 123`, `cvv is 123`. */
function isSaid(bytes: Bytes, at: number): boolean {
  const near = wordBefore(bytes, at);
  const word = near.name === 'is' ? wordBefore(bytes, near.from) : near;
  if (saysCvv(word.name)) return endsAsKnown(bytes, word);
  return namesCode(word.name) && saysCvv(phraseBefore(bytes, word, at));
}

/** A card number stands in [from, to). */
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
