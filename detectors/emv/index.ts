import type { Bytes } from '../../base/bytes.ts';
import { hexDigit, OPEN } from '../../base/character.ts';
import type { Detector, Finding, Undecided } from '../../base/finding.ts';
import { open } from '../open.ts';
import { luhn } from '../pan/luhn.ts';
import { leads, next } from '../sieve.ts';
import { tagLengthAt } from './tags.ts';

/**
 * Card data in EMV tags, BER-TLV (EMV Book 3 Annexes A and B) as hexadecimal text: 5A
 * Application PAN; 57 and 9F6B track 2, 56 track 1, 9F1F and 9F20 discretionary data, 99 PIN
 * data, which PCI DSS 3.3.1 forbids to keep or show. The finding is the tag's value; of tags whose
 * value has no form of its own, one that begins with twelve decimal digits between other tags,
 * because nothing else makes the prefilter stop.
 */
export const emv: Detector = {
  kind: 'emv',
  builtIn: { mask: 'full', isAuthentication: true },
  reachBytesMax: 256,
  leads: leads('0123456789abcdefABCDEF'),
  leadsInside: leads('0123456789abcdefABCDEF'),
  next,
  open,
  judge,
};

/** Hexadecimal digits after a value that tell whether another tag follows. */
const LOOK_BYTES = 6;
const PAN_DIGITS_MIN = 12;
/** Templates whose first tag may be the one in question: 70, 77, 6F, A5. */
const TEMPLATES: readonly number[] = [0x70, 0x77, 0x6f, 0xa5];
const digits = new Uint8Array(20);

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  const tag = tagBefore(bytes, at);
  if (tag === 0) return null;
  const length = 2 * byteAt(bytes, at - 2);
  if (length < 4 || length > 248) return null;
  const to = at + length;
  if (!isHex(bytes, at, Math.min(to, bytes.length))) return null;
  if (to + LOOK_BYTES > bytes.length && !last) return 'undecided';
  if (to > bytes.length) return null;
  return findingOf(bytes, tag, at, to);
}

function findingOf(bytes: Bytes, tag: number, at: number, to: number): Finding | null {
  if (tag === 0x5a) return isPan(bytes, at, to) ? finding('pan', at, to) : null;
  if (tag === 0x57 || tag === 0x9f6b) return isTrack2(bytes, at, to) ? finding('track', at, to) : null;
  if (tag === 0x56) return isTrack1(bytes, at) ? finding('track', at, to) : null;
  if (readDigits(bytes, at, to) < PAN_DIGITS_MIN || !isChained(bytes, at - (tag > 0xff ? 6 : 4), to))
    return null;
  return finding(tag === 0x99 ? 'pin' : 'track', at, to);
}

function finding(kind: string, from: number, to: number): Finding {
  return { kind, from, to, reason: 'emv-tag', spelling: 'bcd' };
}

/** The first digit of 6B, 1F, 20 and 99. */
function mayEndTag(byte: number): boolean {
  return byte === 0x36 || byte === 0x31 || byte === 0x32 || byte === 0x39;
}

/** The tag whose value starts at `at`, after one byte of length; 0 if it is none of ours. */
function tagBefore(bytes: Bytes, at: number): number {
  if (at < 4 || (bytes[at - 4]! !== 0x35 && !mayEndTag(bytes[at - 4]!))) return 0;
  const one = byteAt(bytes, at - 4);
  if (one === 0x5a || one === 0x57 || one === 0x56) return one;
  if (at >= 6 && byteAt(bytes, at - 6) === 0x9f && (one === 0x6b || one === 0x1f || one === 0x20))
    return 0x9f00 | one;
  return one === 0x99 && byteAt(bytes, at - 2) === 8 ? one : 0;
}

/** The byte that two hexadecimal digits spell, or -1. */
function byteAt(bytes: Bytes, at: number): number {
  const high = hexDigit(bytes[at]!);
  const low = hexDigit(bytes[at + 1]!);
  return high < 0 || low < 0 ? OPEN : high * 16 + low;
}

function isHex(bytes: Bytes, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (hexDigit(bytes[i]!) < 0) return false;
  return true;
}

/** Reads decimal digits into `digits`; gives their count. */
function readDigits(bytes: Bytes, from: number, to: number): number {
  let count = 0;
  while (from + count < to && count < digits.length) {
    const digit = bytes[from + count]! - 0x30;
    if (digit < 0 || digit > 9) break;
    digits[count++] = digit;
  }
  return count;
}

/** Digits with a valid check digit, then at most one `F` to fill the last byte. */
function isPan(bytes: Bytes, from: number, to: number): boolean {
  const count = readDigits(bytes, from, to);
  if (count < PAN_DIGITS_MIN || count > 19 || !luhn(digits, count)) return false;
  for (let i = from + count; i < to; i++) if ((bytes[i]! | 0x20) !== 0x66) return false;
  return true;
}

function isTrack2(bytes: Bytes, from: number, to: number): boolean {
  const count = readDigits(bytes, from, to);
  if (count < PAN_DIGITS_MIN || count > 19 || (bytes[from + count]! | 0x20) !== 0x64) return false;
  return from + count + 8 <= to && luhn(digits, count);
}

/** `B` and a digit. */
function isTrack1(bytes: Bytes, from: number): boolean {
  return byteAt(bytes, from) === 0x42 && bytes[from + 2] === 0x33;
}

/** Other tags stand right before and after, or nothing does. */
function isChained(bytes: Bytes, from: number, to: number): boolean {
  const floor = Math.max(0, from - 120);
  return followsTag(bytes, from, floor) && (endsHere(bytes, to) || tagLengthAt(bytes, to) > 0);
}

/** Some known tag's value ends at `from`, or no hexadecimal digit stands before it. */
function followsTag(bytes: Bytes, from: number, floor: number): boolean {
  if (from === 0 || hexDigit(bytes[from - 1]!) < 0) return true;
  if (from >= 4 && TEMPLATES.includes(byteAt(bytes, from - 4))) return true;
  for (let start = from - 4; start >= floor; start -= 2)
    if (tagLengthAt(bytes, start) === from - start) return true;
  return false;
}

/** The text ends, or only a response's status word 9000 follows. */
function endsHere(bytes: Bytes, to: number): boolean {
  const end = byteAt(bytes, to) === 0x90 && byteAt(bytes, to + 2) === 0 ? to + 4 : to;
  return end >= bytes.length || hexDigit(bytes[end]!) < 0;
}
