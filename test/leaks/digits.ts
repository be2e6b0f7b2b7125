/**
 * Finds known numbers in text: digits in a row, with at most one separator between any two;
 * also digits that are written as the hex of their ASCII codes (`34 31 31 ...`).
 */
import type { Bytes } from '../../base/bytes.ts';

const KEY_DIGITS = 9;
const KEY_LIMIT = 10 ** KEY_DIGITS;
const RUN_DIGITS_MAX = 4096;
const SEPARATORS = new Set([...' -._/,+\t|'].map((character) => character.charCodeAt(0)));

/** The numbers looked for, by their last nine digits. */
export type NumberIndex = ReadonlyMap<number, readonly { readonly pan: string; readonly index: number }[]>;

export function numberIndex(pans: readonly string[]): NumberIndex {
  const byKey = new Map<number, { pan: string; index: number }[]>();
  for (const [index, pan] of pans.entries()) {
    const key = Number(pan.slice(-KEY_DIGITS));
    const same = byKey.get(key);
    if (same) same.push({ pan, index });
    else byKey.set(key, [{ pan, index }]);
  }
  return byKey;
}

/** Calls `found` with the offset after the last digit of each occurrence. */
export function searchDigits(
  bytes: Bytes,
  numbers: NumberIndex,
  found: (to: number, index: number, form: string) => void,
): void {
  const run = { digits: new Uint8Array(RUN_DIGITS_MAX), ends: new Float64Array(RUN_DIGITS_MAX), length: 0 };
  let gap = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (run.length === RUN_DIGITS_MAX) keepTail(run, numbers, found);
      run.digits[run.length] = byte - 0x30;
      run.ends[run.length++] = i + 1;
      gap = 0;
    } else if (run.length > 0 && (gap++ > 0 || !SEPARATORS.has(byte))) {
      look(run, numbers, found);
      run.length = 0;
    }
  }
  look(run, numbers, found);
}

interface Run {
  readonly digits: Uint8Array;
  readonly ends: Float64Array;
  length: number;
}

type Found = (to: number, index: number, form: string) => void;

/** Makes room in a run without end, keeping what a number could still begin in. */
function keepTail(run: Run, numbers: NumberIndex, found: Found): void {
  look(run, numbers, found);
  const keep = 64;
  run.digits.copyWithin(0, run.length - keep, run.length);
  run.ends.copyWithin(0, run.length - keep, run.length);
  run.length = keep;
}

function look(run: Run, numbers: NumberIndex, found: Found): void {
  if (run.length < 12) return;
  lookAt(run, 'digits', numbers, found);
  if (run.length < 24) return;
  for (const offset of [0, 1]) lookAt(decoded(run, offset), 'hex of digits', numbers, found);
}

function lookAt(run: Run, form: string, numbers: NumberIndex, found: Found): void {
  let key = 0;
  for (let i = 0; i < run.length; i++) {
    key = (key * 10 + run.digits[i]!) % KEY_LIMIT;
    if (i < KEY_DIGITS - 1) continue;
    for (const { pan, index } of numbers.get(key) ?? [])
      if (endsWith(run, i + 1, pan)) found(run.ends[i]!, index, form);
  }
}

/** Pairs `3d` as the digit d; other pairs as 10, which no number holds. */
function decoded(run: Run, offset: number): Run {
  const length = (run.length - offset) >> 1;
  const pairs = { digits: new Uint8Array(length), ends: new Float64Array(length), length };
  for (let i = 0; i < length; i++) {
    const at = offset + 2 * i;
    pairs.digits[i] = run.digits[at] === 3 ? run.digits[at + 1]! : 10;
    pairs.ends[i] = run.ends[at + 1]!;
  }
  return pairs;
}

function endsWith(run: Run, to: number, pan: string): boolean {
  const from = to - pan.length;
  if (from < 0) return false;
  for (let i = 0; i < pan.length; i++) if (run.digits[from + i] !== pan.charCodeAt(i) - 0x30) return false;
  return true;
}
