/**
 * Finds where a msgpack value ends without decoding it. Records are plain concatenated
 * msgpack, so this walk is what finds their boundaries; it is also the gate before the
 * decoder: no extension types, bounded nesting, nothing beyond the bytes there are.
 */
import type { Bytes } from '../base/bytes.ts';
import { recordingLimits } from './limits.ts';

const DEPTH_MAX: number = recordingLimits.depthMax;
/** Values still to come on each open level. */
const levels: Float64Array = new Float64Array(DEPTH_MAX + 1);

/**
 * The offset after the value that starts at `from`; -1 if it is cut off at `to`, nests deeper
 * than the limit, or holds a type that recordings do not have.
 */
export function valueEnd(bytes: Bytes, from: number, to: number): number {
  let at = from;
  let depth = 0;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) return at;
      left = levels[--depth]!;
    }
    if (at >= to) return -1;
    left--;
    const head = bytes[at++]!;
    let items = 0;
    if (head < 0x80 || head >= 0xe0) continue;
    if (head < 0x90) items = (head & 15) * 2;
    else if (head < 0xa0) items = head & 15;
    else if (head < 0xc0) at += head & 31;
    else {
      const width = WIDTHS[head - 0xc0]!;
      if (width === NEVER || at + width > to) return -1;
      if (head >= 0xdc && head <= 0xdf) items = bigEndian(bytes, at, width) * (head < 0xde ? 1 : 2);
      else if (SIZED[head - 0xc0]) at += bigEndian(bytes, at, width);
      at += width;
    }
    if (at > to || items > to - at) return -1;
    if (items > 0) {
      if (depth === DEPTH_MAX) return -1;
      levels[depth++] = left;
      left = items;
    }
  }
}

const NEVER = 255;
/** Bytes after the heads 0xc0 to 0xdf: the number itself, or the size of what follows. */
const WIDTHS: Uint8Array = Uint8Array.of(
  0, NEVER, 0, 0, 1, 2, 4, NEVER, NEVER, NEVER, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, NEVER, NEVER, NEVER, NEVER, NEVER, 1, 2, 4, 2, 4, 2, 4,
); // biome-ignore format: a table
/** bin 8/16/32 and str 8/16/32. */
const SIZED: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) =>
  (i >= 4 && i <= 6) || (i >= 25 && i <= 27) ? 1 : 0,
);

function bigEndian(bytes: Bytes, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!;
  return value;
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
