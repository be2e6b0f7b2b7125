import type { Bytes } from '../../../base/bytes.ts';
import type { Cleaner } from '../../../base/cleaner.ts';
import { ANYWHERE } from '../../../base/finding.ts';
import { OPEN_MASK } from './row.ts';

/** Digits from which on a number that is not complete is asked about. */
const DIGITS_MIN = 12;
/** Most digits of a card number (ISO/IEC 7812-1). */
const DIGITS_MAX = 19;
/** Bytes before it that may say what it is. */
const CONTEXT_BYTES_MAX = 64;
/** Digits that may be shown of any card number (PCI DSS 3.4.1). */
export const SHOWN_DIGITS = 6;

/** A run of digits with single separators. */
export interface Run {
  readonly from: number;
  /** Offsets of its digits. */
  readonly digits: readonly number[];
}

/** The number that ends at `to`; a single separator may follow it. */
export function runBefore(text: Bytes, to: number): Run {
  const digits: number[] = [];
  let from = to;
  let at = to - 1;
  for (; at >= 0 && digits.length < DIGITS_MAX + 1; at--) {
    if (isDigit(text[at]!) || text[at] === OPEN_MASK) {
      digits.push(at);
      from = at;
    } else if (!isSeparator(text[at]!) || (at + 1 < to && isSeparator(text[at + 1]!))) break;
  }
  return { from, digits: digits.reverse() };
}

/**
 * What stands in `run` may become a card number by digits that are still to come: some way of going
 * on is found by the rules. It is only asked of what stood still for the hold-back's whole time.
 */
export function mayBecome(cleaner: Cleaner, text: Bytes, run: Run): boolean {
  const { digits, from } = run;
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX) return false;
  const context = text.subarray(Math.max(0, from - CONTEXT_BYTES_MAX), from);
  for (let length = digits.length; length <= DIGITS_MAX; length++) {
    const probe = new Uint8Array(context.length + length);
    probe.set(context);
    probe.set(
      completed(
        digits.map((at) => text[at]! - 0x30),
        length,
      ),
      context.length,
    );
    if (cleaner.find(probe, ANYWHERE).some((finding) => finding.to === probe.length)) return true;
  }
  return false;
}

/** The digits, zeros, and a check digit (ISO/IEC 7812-1 annex B). */
function completed(values: readonly number[], length: number): Bytes {
  const bytes = new Uint8Array(length).fill(0x30);
  let sum = 0;
  for (let i = 0; i < length - 1; i++) {
    const value = values[i] ?? 0;
    bytes[i] = 0x30 + value;
    const doubled = (length - i) % 2 === 0 ? value * 2 : value;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  bytes[length - 1] = 0x30 + (values.length === length ? values[length - 1]! : (10 - (sum % 10)) % 10);
  return bytes;
}

/** An ASCII digit. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** What may stand between two groups of a number: space, dash, dot, underscore, plus. */
export function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x2d || byte === 0x2e || byte === 0x5f || byte === 0x2b;
}
