import type { Bytes } from '../../base/bytes.ts';
import { characterBefore, codeAt, hexCodeAt, OPEN, OTHER } from '../../base/character.ts';
import { contextBytesMax, type Detector, type Finding, type Undecided } from '../../base/finding.ts';
import { digitLeads, next } from '../sieve.ts';
import { NONE, track1End, track2End, trackBytesMax } from './grammar.ts';

/** Magnetic stripe data, masked whole: PCI DSS 3.3.1.1 forbids to keep or show any of it. */
export const track: Detector = {
  kind: 'track',
  reachBytesMax: trackBytesMax,
  leads: leadsWith('%;Bb'),
  next,
  judge,
};

function leadsWith(others: string): Uint8Array {
  const leads = digitLeads.slice();
  for (const other of others) leads[other.charCodeAt(0)] = 1;
  return leads;
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  const plain = endAt(bytes, at, last, false);
  if (plain === OPEN) return 'undecided';
  if (plain !== NONE) return { kind: 'track', from: at, to: plain, reason: 'track' };
  const hex = endAt(bytes, at, last, true);
  if (hex === OPEN) return 'undecided';
  return hex === NONE ? null : { kind: 'track', from: at, to: hex, reason: 'track', spelling: 'hex' };
}

/** The end of the track that starts at `at`, with or without its start sentinel. */
function endAt(bytes: Bytes, at: number, last: boolean, hex: boolean): number {
  if (!hex && bytes[at] === 0x25) {
    const raw = formatEnd(bytes, at + 1, last, false);
    if (raw !== NONE) return raw;
  }
  const code = hex ? hexCodeAt(bytes, at) : codeAt(bytes, at);
  if (code === OPEN) return last ? NONE : OPEN;
  const value = code >> 5;
  const after = at + (code & 31);
  if (value === 0x25) return formatEnd(bytes, after, last, hex);
  if (value === 0x3b) return track2End(bytes, after, last, hex, true);
  if (!isFree(bytes, at, hex)) return NONE;
  if ((value | 0x20) === 0x62) return track1End(bytes, after, last, hex);
  return value >= 0x30 && value <= 0x39 ? track2End(bytes, at, last, hex, false) : NONE;
}

/** A track 1 from its format code on. */
function formatEnd(bytes: Bytes, at: number, last: boolean, hex: boolean): number {
  const code = hex ? hexCodeAt(bytes, at) : codeAt(bytes, at);
  if (code === OPEN) return last ? NONE : OPEN;
  return ((code >> 5) | 0x20) === 0x62 ? track1End(bytes, at + (code & 31), last, hex) : NONE;
}

/** Nothing that could be a part of it stands before `at`. */
function isFree(bytes: Bytes, at: number, hex: boolean): boolean {
  if (at === 0) return true;
  if (hex) return at < 2 || hexCodeAt(bytes, at - 2) >> 5 < 0x30 || hexCodeAt(bytes, at - 2) >> 5 > 0x39;
  const before = characterBefore(bytes, at, Math.max(0, at - contextBytesMax)) >> 5;
  if (before !== OTHER) return before >= 10;
  const byte = bytes[at - 1]! | 0x20;
  return byte < 0x61 || byte > 0x7a;
}
