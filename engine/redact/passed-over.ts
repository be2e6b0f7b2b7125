/** Numbers long enough for a card that were not taken, each with the reason. */
import type { Bytes } from '../../base/bytes.ts';
import type { Place } from '../../base/finding.ts';
import { detectors } from '../../detectors/index.ts';

/** One number that was left as it is. */
export interface PassedOver {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  /** Its first six and last four digits; the others as `*`. */
  readonly example: string;
}

/** Digits of a card number (ISO/IEC 7812-1). */
const [DIGITS_MIN, DIGITS_MAX] = [12, 19];
const [ZERO, NINE] = [0x30, 0x39];

const weighing = detectors.filter((detector) => detector.explain);

/** In the order of their places, judged where they stand in `bytes`. */
export function passedOver(bytes: Bytes, place: Place): PassedOver[] {
  const passed: PassedOver[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (!isDigit(bytes[at])) continue;
    const end = runEnd(bytes, at);
    const found = weighed(bytes, at, place) ?? glued(at, end);
    if (found?.reason.startsWith('not-')) passed.push({ ...found, example: example(bytes, found) });
    at = Math.max(found?.to ?? 0, end) - 1;
  }
  return passed;
}

function weighed(bytes: Bytes, at: number, place: Place): Omit<PassedOver, 'example'> | null {
  for (const { kind, explain } of weighing) {
    const verdict = explain!(bytes, at, place);
    if (verdict) return { kind, from: at, to: verdict.to, reason: verdict.reason };
  }
  return null;
}

/** A run of the right length that nobody weighs is part of something longer. */
function glued(from: number, to: number): Omit<PassedOver, 'example'> | null {
  const isLong = to - from >= DIGITS_MIN && to - from <= DIGITS_MAX;
  return isLong ? { kind: weighing[0]!.kind, from, to, reason: 'not-boundary' } : null;
}

function runEnd(bytes: Bytes, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end++;
  return end;
}

function example(bytes: Bytes, { from, to }: { readonly from: number; readonly to: number }): string {
  const digits = [...bytes.subarray(from, to)].filter(isDigit).map((byte) => String(byte - ZERO));
  return digits.map((digit, i) => (i < 6 || i >= digits.length - 4 ? digit : '*')).join('');
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
