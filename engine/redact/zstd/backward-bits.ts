/**
 * Bits read from the end of a range towards its start (RFC 8878 section 4.1, "bitstreams"): the
 * highest set bit of the last byte marks the end. Before the start there are zeros, as many as
 * asked for; `left` then is negative.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { check } from './damaged.ts';

/** One such stream. */
export class BackwardBits {
  /** Bits that are not read yet. */
  left = 0;
  readonly #bytes: Bytes;
  readonly #from: number;

  constructor(bytes: Bytes, from: number, to: number) {
    check(to > from && bytes[to - 1]! !== 0, 'bitstream');
    this.#bytes = bytes;
    this.#from = from;
    this.left = (to - from) * 8 - Math.clz32(bytes[to - 1]!) + 24 - 1;
  }

  /** The next `count` bits, at most 24. */
  read(count: number): number {
    this.left -= count;
    return this.#at(this.left) & ((1 << count) - 1);
  }

  /** The next `count` bits, at most 31. */
  readLong(count: number): number {
    if (count <= 24) return this.read(count);
    const high = this.read(count - 16);
    return high * 65_536 + this.read(16);
  }

  /** At least 25 bits that start at bit `position` from the start. */
  #at(position: number): number {
    if (position < 0) return position > -32 ? this.#word(0) << -position : 0;
    return this.#word(position >> 3) >>> (position & 7);
  }

  #word(index: number): number {
    const at = this.#from + index;
    const bytes = this.#bytes;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }
}
