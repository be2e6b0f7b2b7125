/**
 * Finds many byte strings at once in one pass: the last four bytes of each hash into a bitmap,
 * and only where a bit is set are whole strings compared. At least six bytes each.
 */
import type { Bytes } from '../../base/bytes.ts';

const BITS = 24;
const TAIL = 4;

/** One string looked for, and what it stands for. */
export interface Needle {
  readonly bytes: Bytes;
  /** Which secret, as its index. */
  readonly index: number;
  /** In which form: `int8`, `bcd`, ... */
  readonly form: string;
}

/** A set of needles, ready to look. */
export interface NeedleSet {
  /** Calls `found` with the offset of each occurrence's first byte. */
  search(bytes: Bytes, found: (from: number, needle: Needle) => void): void;
}

export function needleSet(needles: readonly Needle[]): NeedleSet {
  const bitmap = new Uint8Array(1 << (BITS - 3));
  const byTail = new Map<number, Needle[]>();
  for (const needle of needles) {
    const tail = tailOf(needle.bytes);
    const slot = hash(tail);
    bitmap[slot >>> 3]! |= 1 << (slot & 7);
    const same = byTail.get(tail);
    if (same) same.push(needle);
    else byTail.set(tail, [needle]);
  }
  return { search: (bytes, found) => search(bytes, bitmap, byTail, found) };
}

function search(
  bytes: Bytes,
  bitmap: Uint8Array,
  byTail: ReadonlyMap<number, readonly Needle[]>,
  found: (from: number, needle: Needle) => void,
): void {
  let tail = 0;
  for (let i = 0; i < bytes.length; i++) {
    tail = ((tail << 8) | bytes[i]!) >>> 0;
    const slot = hash(tail);
    if ((bitmap[slot >>> 3]! & (1 << (slot & 7))) === 0) continue;
    for (const needle of byTail.get(tail) ?? []) {
      const from = i + 1 - needle.bytes.length;
      if (from >= 0 && holds(bytes, from, needle.bytes)) found(from, needle);
    }
  }
}

function hash(tail: number): number {
  return Math.imul(tail, 0x9e3779b1) >>> (32 - BITS);
}

function tailOf(bytes: Bytes): number {
  let tail = 0;
  for (let i = bytes.length - TAIL; i < bytes.length; i++) tail = ((tail << 8) | bytes[i]!) >>> 0;
  return tail;
}

function holds(bytes: Bytes, from: number, needle: Bytes): boolean {
  for (let i = 0; i < needle.length; i++) if (bytes[from + i] !== needle[i]) return false;
  return true;
}
