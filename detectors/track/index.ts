import type { Bytes } from '../../base/bytes.ts';
import { characterBefore, codeAt, endsEscape, hexCodeAt, OPEN, OTHER } from '../../base/character.ts';
import { contextBytesMax, type Detector, type Finding, type Undecided } from '../../base/finding.ts';
import { open } from '../open.ts';
import { leads, next } from '../sieve.ts';
import { builtIn } from './built-in.ts';
import { NONE, track1End, track2End, trackBytesMax } from './grammar.ts';

/** Magnetic stripe data, masked whole: PCI DSS 3.3.1.1 forbids to keep or show any of it. */
export const track: Detector = {
  kind: 'track',
  builtIn,
  reachBytesMax: trackBytesMax,
  leads: leads('0123456789%\\&;Bb'),
  leadsInside: leads('2346%\\&;Bb'),
  next,
  open,
  judge,
};

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LETTER_B = 0x62;
const LETTER_D = 0x64;

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  const plain = endAt(bytes, at, last);
  if (plain === OPEN) return 'undecided';
  if (plain !== NONE) return { kind: 'track', from: at, to: plain, reason: 'track' };
  const hex = mayBeHex(bytes, at) ? hexEndAt(bytes, at, last) : NONE;
  if (hex === OPEN) return 'undecided';
  return hex === NONE ? null : { kind: 'track', from: at, to: hex, reason: 'track', spelling: 'hex' };
}

/** The end of the track that starts at `at`, with or without its start sentinel. */
function endAt(bytes: Bytes, at: number, last: boolean): number {
  const byte = bytes[at]!;
  if (isDigit(byte)) return mayBeTrack2(bytes, at, last) ? track2End(bytes, at, last, false, false) : NONE;
  if ((byte | 0x20) === LETTER_B) return isFree(bytes, at) ? track1End(bytes, at + 1, last, false) : NONE;
  if (byte === SEMICOLON) return track2End(bytes, at + 1, last, false, true);
  if (byte === PERCENT) {
    const raw = formatEnd(bytes, at + 1, last, false);
    if (raw !== NONE) return raw;
  }
  const code = codeAt(bytes, at);
  if (code === OPEN) return last ? NONE : OPEN;
  const after = at + (code & 31);
  if (code >> 5 === PERCENT) return formatEnd(bytes, after, last, false);
  return code >> 5 === SEMICOLON ? track2End(bytes, after, last, false, true) : NONE;
}

/** A run of twelve to twenty-one digits starts at `at`, and what separates or spells follows. */
function mayBeTrack2(bytes: Bytes, at: number, last: boolean): boolean {
  if (at > 0 && (bytes[at - 1] === PERCENT || (isDigit(bytes[at - 1]!) && !endsEscape(bytes, at))))
    return false;
  let to = at;
  while (to < bytes.length && isDigit(bytes[to]!)) to++;
  if (to === bytes.length) return !last;
  const byte = bytes[to]!;
  const separates =
    byte === EQUALS ||
    (byte | 0x20) === LETTER_D ||
    byte === PERCENT ||
    byte === AMPERSAND ||
    byte === BACKSLASH;
  return to - at >= 12 && separates && isFree(bytes, at);
}

function hexEndAt(bytes: Bytes, at: number, last: boolean): number {
  const code = hexCodeAt(bytes, at);
  if (code === OPEN) return last ? NONE : OPEN;
  const value = code >> 5;
  if (value === PERCENT) return formatEnd(bytes, at + 2, last, true);
  if (value === SEMICOLON) return track2End(bytes, at + 2, last, true, true);
  if (at >= 2 && isDigit(hexCodeAt(bytes, at - 2) >> 5)) return NONE;
  if ((value | 0x20) === LETTER_B) return track1End(bytes, at + 2, last, true);
  return isDigit(value) ? track2End(bytes, at, last, true, false) : NONE;
}

/**
 * A digit, `%`, `;` or `B` in hexadecimal, before a `3`, or a `4` for the `B` behind `%`; or the
 * beginning of that at the end of the bytes.
 */
function mayBeHex(bytes: Bytes, at: number): boolean {
  const byte = bytes[at]!;
  if (byte < 0x32 || byte > 0x36) return false;
  const next = bytes[at + 2] ?? (byte === 0x32 ? 0x34 : 0x33);
  return byte === 0x32 ? next === 0x34 || next === 0x36 : next === 0x33;
}

/** A track 1 from its format code on. */
function formatEnd(bytes: Bytes, at: number, last: boolean, hex: boolean): number {
  const code = hex ? hexCodeAt(bytes, at) : codeAt(bytes, at);
  if (code === OPEN) return last ? NONE : OPEN;
  return ((code >> 5) | 0x20) === 0x62 ? track1End(bytes, at + (code & 31), last, hex) : NONE;
}

/** Nothing that could be a part of it stands before `at`. */
function isFree(bytes: Bytes, at: number): boolean {
  if (at === 0) return true;
  const before = characterBefore(bytes, at, Math.max(0, at - contextBytesMax)) >> 5;
  if (before !== OTHER) return before >= 10;
  const byte = bytes[at - 1]! | 0x20;
  return byte < 0x61 || byte > 0x7a;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
