import type { Bytes } from '../../base/bytes.ts';

const QUOTE = 34;

/**
 * Whether a place of a CSV text (RFC 4180) lies inside quotes: after an odd number of them, since
 * a quote inside quotes is doubled.
 */
export class QuoteCount {
  #open = false;

  /** True if `to` lies inside quotes; `from` is where the last `advance` ended. */
  isOpenAt(bytes: Bytes, from: number, to: number): boolean {
    let open = this.#open;
    for (let at = bytes.indexOf(QUOTE, from); at >= 0 && at < to; at = bytes.indexOf(QUOTE, at + 1))
      open = !open;
    return open;
  }

  /** Goes on from `from` to `to`. */
  advance(bytes: Bytes, from: number, to: number): void {
    this.#open = this.isOpenAt(bytes, from, to);
  }
}
