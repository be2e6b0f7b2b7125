import type { Bytes } from '../base/bytes.ts';
import { characterAt, NOTHING, OPEN } from '../base/character.ts';

/**
 * The prefilter of everything that is made of digits: runs of twelve digits or more with single
 * separators, in any spelling, and three or four digits behind a sign that assigns a value. It
 * errs on the side of stopping.
 */
const DIGITS_MIN = 12;
/** Bytes that a finding may begin with before its first digit: `%B`, `%25B`, `;`. */
const HEAD_BYTES_MAX = 4;

/** Bytes that a number's first digit may begin with, in every spelling of base/character.ts. */
export const digitLeads: Uint8Array = leadsOf([0x25, 0x5c, 0x26, 0xd9, 0xdb, 0xef]);

function leadsOf(others: readonly number[]): Uint8Array {
  const leads = new Uint8Array(256);
  for (let digit = 0x30; digit <= 0x39; digit++) leads[digit] = 1;
  for (const lead of others) leads[lead] = 1;
  return leads;
}

/** The first offset in [from, to) at which a card number, a track or a code could start; else `to`. */
export function next(bytes: Bytes, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const byte = bytes[at]!;
    if (digitLeads[byte] === 0) {
      at++;
      continue;
    }
    const end = runEnd(bytes, at, to);
    if (end < 0) return Math.max(from, at - HEAD_BYTES_MAX);
    at = end;
  }
  return to;
}

/** The end of a run that is harmless; -1 if it could be something. */
function runEnd(bytes: Bytes, start: number, to: number): number {
  let at = start;
  let count = 0;
  let between = false;
  while (at < to) {
    const character = characterAt(bytes, at);
    if (character === OPEN) break;
    const value = character >> 5;
    if (value < 10) {
      count++;
      between = false;
      if (count >= DIGITS_MIN) return -1;
    } else if (value > NOTHING || count === 0) break;
    else if (value !== NOTHING) {
      if (between) break;
      if ((count === 3 || count === 4) && isAssigned(bytes, start)) return -1;
      between = true;
    }
    at += character & 31;
  }
  if ((count === 3 || count === 4) && isAssigned(bytes, start)) return -1;
  return Math.max(at, start + 1);
}

/** True if the digits at `start` may be the value of a key: an assigner stands before their quotes. */
function isAssigned(bytes: Bytes, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && start - at <= ASSIGNER_BYTES_MAX && quotes[bytes[at]!] !== 0) at--;
  return at >= 0 && (assigners[bytes[at]!] !== 0 || bytes[at - 2] === PERCENT);
}

/** Bytes between an assigner and a value that are looked at. */
const ASSIGNER_BYTES_MAX = 8;
const PERCENT = 0x25;

/** What may stand between an assigner and a value. */
const quotes: Uint8Array = setOf(' \t"\'\\`');
/** Last bytes of what assigns or of a spelled quote behind it: `= : >`, `&gt;`, `&quot;`, CDATA. */
const assigners: Uint8Array = setOf('=:>[;');

function setOf(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}
