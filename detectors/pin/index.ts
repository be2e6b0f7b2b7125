import type { Bytes } from '../../base/bytes.ts';
import { hexDigit } from '../../base/character.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { keyBefore } from '../key.ts';
import { open } from '../open.ts';
import { leads, next } from '../sieve.ts';
import { namesPin, namesPinBlock } from './keys.ts';

/**
 * PINs and PIN blocks (PCI DSS 3.3.1.3; ISO 9564-1 formats 0 to 4), by the name that they stand
 * under: four to twelve digits, or sixteen or thirty-two hexadecimal ones.
 */
export const pin: Detector = {
  kind: 'pin',
  reachBytesMax: 34,
  leads: leads('0123456789abcdefABCDEF'),
  leadsInside: leads(''),
  next,
  open,
  judge,
};

const BLOCK_DIGITS = 16;
const BLOCK_DIGITS_MAX = 32;

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  if (at > 0 && isWord(bytes[at - 1]!)) return null;
  let to = at;
  while (to < bytes.length && to - at <= BLOCK_DIGITS_MAX && hexDigit(bytes[to]!) >= 0) to++;
  if (to === bytes.length && !last && to - at <= BLOCK_DIGITS_MAX) return 'undecided';
  if (to < bytes.length && isWord(bytes[to]!)) return null;
  const block = to - at === BLOCK_DIGITS || to - at === BLOCK_DIGITS_MAX;
  if (!block && !isPin(bytes, at, to)) return null;
  const whole = place.kind === 'cell' && at === 0 && to === bytes.length;
  const name = whole && place.name !== '' ? place.name : keyBefore(bytes, at).name;
  if (!namesPin(name) && !(block && namesPinBlock(name))) return null;
  return { kind: 'pin', from: at, to, reason: whole ? 'pin-field' : 'pin-key' };
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
