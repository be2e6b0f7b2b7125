import type { Bytes } from '../../base/bytes.ts';
import { hexDigit } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { goesOn, mayGoOn } from '../ascii.ts';
import { keyBefore } from '../key.ts';
import { open } from '../open.ts';
import { followsBreak } from '../part.ts';
import { leads, next } from '../sieve.ts';
import { builtIn } from './built-in.ts';
import { namesPin, namesPinBlock } from './keys.ts';

/**
 * PINs and PIN blocks (PCI DSS 3.3.1.3; ISO 9564-1 formats 0 to 4), by the name that they stand
 * under: four to twelve digits, or sixteen or thirty-two hexadecimal ones.
 */
export const pin: Detector = {
  kind: 'pin',
  builtIn,
  reachBytesMax: 34,
  leads: leads('0123456789abcdefABCDEF'),
  leadsInside: leads(''),
  next,
  open,
  judge,
  heeds: ({ name, kind }) => kind === 'cell' && (namesPin(name) || namesPinBlock(name)),
};

const BLOCK_DIGITS = 16;
const BLOCK_DIGITS_MAX = 32;

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  if (at > 0 && isWord(bytes[at - 1]!) && !followsBreak(bytes, at)) return null;
  let to = at;
  while (to < bytes.length && to - at <= BLOCK_DIGITS_MAX && hexDigit(bytes[to]!) >= 0) to++;
  const cut = to === bytes.length && !last && to - at <= BLOCK_DIGITS_MAX;
  if (!cut && ((to < bytes.length && isWord(bytes[to]!)) || !hasForm(bytes, at, to))) return null;
  const inCell = place.kind === 'cell' && place.name !== '' && at === 0 && to === bytes.length;
  const name = inCell ? place.name : keyBefore(bytes, at).name;
  if (name === '') return null;
  const block = namesPinBlock(name);
  if (!block && !namesPin(name)) return null;
  if (cut) return 'undecided';
  if (!isBlock(at, to) && block) return null;
  if (!last && mayGoOn(bytes, to)) return 'undecided';
  if (goesOn(bytes, to)) return null;
  return { kind: 'pin', from: at, to, reason: inCell ? 'pin-field' : 'pin-key' };
}

function hasForm(bytes: Bytes, from: number, to: number): boolean {
  return isBlock(from, to) || isPin(bytes, from, to);
}

function isBlock(from: number, to: number): boolean {
  return to - from === BLOCK_DIGITS || to - from === BLOCK_DIGITS_MAX;
}

function isPin(bytes: Bytes, from: number, to: number): boolean {
  if (to - from < 4 || to - from > 12) return false;
  for (let i = from; i < to; i++) if (bytes[i]! > 0x39) return false;
  return true;
}

function isWord(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || (letter >= 0x61 && letter <= 0x7a);
}
