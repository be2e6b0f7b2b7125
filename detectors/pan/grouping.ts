import { DOT, UNDERSCORE } from '../../base/character.ts';
import type { SpelledNumber } from './number.ts';
import { digitsMax, digitsMin } from './number.ts';

/** How a number is grouped: as cards print theirs, as some systems do, or in some other way. */
export const PRINTED = 3;
export const UNUSUAL = 2;
export const ODD = 1;

/** The longest first, so that a nineteen-digit number is not taken for its first sixteen. */
const groupings: readonly (readonly [kind: number, ...sizes: number[]])[] = [
  [PRINTED, 4, 4, 4, 4, 3],
  [PRINTED, 4, 4, 4, 4, 2],
  [PRINTED, 4, 4, 4, 4, 1],
  [PRINTED, 4, 4, 4, 4],
  [PRINTED, 4, 4, 4, 3],
  [PRINTED, 4, 4, 4, 2],
  [PRINTED, 4, 4, 4, 1],
  [PRINTED, 4, 6, 5],
  [PRINTED, 4, 6, 4],
  [UNUSUAL, 5, 5, 5],
  [UNUSUAL, 8, 8],
  [UNUSUAL, 6, 10],
  [UNUSUAL, 6, 13],
  [UNUSUAL, 8, 11],
];

/** One number out of a row of groups. */
export interface Window {
  /** Digits of the number. */
  readonly count: number;
  readonly kind: number;
  /** Groups that it takes. */
  readonly groups: number;
}

const windowsOf: readonly Window[] = groupings.map(([kind, ...sizes]) => ({
  count: sizes.reduce((sum, size) => sum + size, 0),
  kind,
  groups: sizes.length,
}));
const unbroken: readonly Window[] = Array.from({ length: digitsMax + 1 }, (_, count) => ({
  count,
  kind: PRINTED,
  groups: 1,
}));

/** The `index`-th way to take one number from the front of the groups; null after the last. */
export function windowAt(number: SpelledNumber, index: number): Window | null {
  const first = number.sizes[0]!;
  if (first >= digitsMin) return index === 0 && first <= digitsMax ? unbroken[first]! : null;
  let rest = index;
  for (let i = 0; i < groupings.length; i++)
    if (matches(number, groupings[i]!) && rest-- === 0) return windowsOf[i]!;
  if (rest !== 0 || number.count < digitsMin || number.count > digitsMax || !isPlausible(number)) return null;
  return { count: number.count, kind: ODD, groups: number.groupCount };
}

/** No group but the last has fewer than four digits, which is all that the prefilter stops for. */
function isPlausible({ sizes, groupCount, separator }: SpelledNumber): boolean {
  const most = separator === DOT || separator === UNDERSCORE ? 6 : digitsMax;
  for (let i = 0; i < groupCount - 1; i++) if (sizes[i]! < 4 || sizes[i]! > most) return false;
  return true;
}

function matches(number: SpelledNumber, grouping: readonly [number, ...number[]]): boolean {
  if (number.groupCount < grouping.length - 1) return false;
  for (let i = 1; i < grouping.length; i++) if (number.sizes[i - 1] !== grouping[i]) return false;
  return true;
}
