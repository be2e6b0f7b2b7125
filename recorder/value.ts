/**
 * Finds where a msgpack value ends without decoding it. Records are plain concatenated
 * msgpack, so this walk is what finds their boundaries; it is also the gate before the
 * decoder: no extension types, bounded nesting, nothing beyond the bytes there are.
 */
import type { Bytes } from '../base/bytes.ts';
import { recordingLimits } from './limits.ts';

const DEPTH_MAX: number = recordingLimits.depthMax;
/** Values still to come on each open level. */
const levels: Int32Array = new Int32Array(DEPTH_MAX + 1);

/**
 * The offset after the value that starts at `from`; -1 if it is cut off at `to`, nests deeper
 * than the limit, or holds a type that recordings do not have. Whole numbers of 32 bits all the
 * way: a size that is not one before it is added makes each offset behind it a double, and the
 * walk twenty times as slow.
 */
export function valueEnd(bytes: Bytes, from: number, to: number): number {
  let at = from | 0;
  let depth = 0;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) return at;
      left = levels[--depth]!;
    }
    if (at >= to) return -1;
    left = (left - 1) | 0;
    const head = bytes[at]!;
    at = (at + 1) | 0;
    if (head < 0x80 || head >= 0xe0) continue;
    let items = 0;
    let size = 0;
    if (head >= 0xa0 && head < 0xc0) size = head & 31;
    else if (head < 0x90) items = (head & 15) << 1;
    else if (head < 0xa0) items = head & 15;
    else {
      const width = WIDTHS[head - 0xc0]!;
      if (width > to - at) return -1;
      const holds = HOLDS[head - 0xc0]!;
      if (holds !== NOTHING) {
        const count = bigEndian(bytes, at, width);
        if (count < 0) return -1;
        if (holds === SIZE) size = count;
        else items = holds === PAIRS ? count * 2 : count;
      }
      at = (at + width) | 0;
    }
    if (size > to - at || items > to - at) return -1;
    at = (at + size) | 0;
    if (items > 0) {
      if (depth === DEPTH_MAX) return -1;
      levels[depth++] = left;
      left = items | 0;
    }
  }
}

/** Wider than any `bytes`: the types that recordings do not have. */
const NEVER = 0x7fffffff;
/** Bytes after the heads 0xc0 to 0xdf: the number itself, or the size of what follows. */
const WIDTHS: Int32Array = Int32Array.of(
  0, NEVER, 0, 0, 1, 2, 4, NEVER, NEVER, NEVER, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, NEVER, NEVER, NEVER, NEVER, NEVER, 1, 2, 4, 2, 4, 2, 4,
); // biome-ignore format: a table
const [NOTHING, SIZE, ITEMS, PAIRS] = [0, 1, 2, 3] as const;
/** What that number is: of itself nothing more, the size of bin or str, the items of an array or a map. */
const HOLDS: Uint8Array = Uint8Array.of(
  0, 0, 0, 0, SIZE, SIZE, SIZE, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, SIZE, SIZE, SIZE, ITEMS, ITEMS, PAIRS, PAIRS,
); // biome-ignore format: a table

/** 1, 2 or 4 bytes; -1 for what is larger than any file's part. */
function bigEndian(bytes: Bytes, at: number, width: number): number {
  if (width === 1) return bytes[at]!;
  const high = (bytes[at]! << 8) | bytes[at + 1]!;
  if (width === 2) return high;
  return high > 0x3fff ? -1 : (high << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Number of records in [from, to); -1 if they do not fill it exactly. */
export function countValues(bytes: Bytes, from: number, to: number): number {
  let at = from;
  let count = 0;
  while (at < to) {
    at = valueEnd(bytes, at, to);
    if (at < 0) return -1;
    count++;
  }
  return count;
}
