/** Numbers long enough for a card that were not taken, each with the reason. */
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import type { Place } from '../../base/finding.ts';

/** One number that was left as it is. */
export interface PassedOver {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  /** Its first six and last four digits; the others as `*`. */
  readonly example: string;
}

const [ZERO, NINE] = [0x30, 0x39];

/** In the order of their places, judged where they stand in `bytes`, by the rules that were at work. */
export function passedOver(bytes: Bytes, place: Place, cleaner: Cleaner): PassedOver[] {
  const passed: PassedOver[] = [];
  if (!cleaner.explain) return passed;
  for (let at = 0; at < bytes.length; at++) {
    if (!isDigit(bytes[at])) continue;
    const end = runEnd(bytes, at);
    const found = cleaner.explain(bytes, at, place);
    if (found?.reason.startsWith('not-')) passed.push({ ...found, example: example(bytes, found) });
    at = Math.max(found?.to ?? 0, end) - 1;
  }
  return passed;
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
