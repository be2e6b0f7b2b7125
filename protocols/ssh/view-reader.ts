/** Views as one stream of bytes, for what stands across two of them. */
import { uint32At } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';

export class ViewReader {
  /** Bytes that are not read yet. */
  left = 0;
  readonly #views: readonly Bytes[];
  readonly #number: Bytes = new Uint8Array(4);
  #index = 0;
  #at = 0;

  constructor(views: readonly Bytes[]) {
    this.#views = views;
    for (const view of views) this.left += view.length;
  }

  uint32(): number {
    this.into(this.#number, 0, 4);
    return uint32At(this.#number, 0);
  }

  /** Copies the next `count` bytes to `target`, from `to` on. */
  into(target: Bytes, to: number, count: number): void {
    assert(count <= this.left, 'a frame is whole');
    this.left -= count;
    for (let done = 0; done < count; ) {
      const view = this.#views[this.#index]!;
      const part = Math.min(count - done, view.length - this.#at);
      target.set(view.subarray(this.#at, this.#at + part), to + done);
      done += part;
      this.#at += part;
      if (this.#at === view.length) this.#next();
    }
  }

  #next(): void {
    this.#index++;
    this.#at = 0;
  }
}
