/**
 * The way out of one direction. Messages that are passed on as they lie, one behind the other in what
 * was read, leave as one view: most answers are four messages or five, and each view of its own costs
 * the engine as much as reading it does here.
 */
import { type Bytes, NO_BYTES } from '../../base/bytes.ts';

/** Keeps the order of the calls; what was passed leaves with `flush`, at the latest at the end of a read. */
export class Passage {
  readonly #out: (bytes: Bytes) => void;
  #bytes: Bytes = NO_BYTES;
  #from = 0;
  #to = 0;

  constructor(out: (bytes: Bytes) => void) {
    this.#out = out;
  }

  /** The bytes in [from, to), which stay as they are. */
  pass(bytes: Bytes, from: number, to: number): void {
    if (bytes !== this.#bytes || from !== this.#to) {
      this.flush();
      this.#bytes = bytes;
      this.#from = from;
    }
    this.#to = to;
  }

  /** Bytes of another place. */
  send(bytes: Bytes): void {
    this.flush();
    this.#out(bytes);
  }

  flush(): void {
    const bytes = this.#bytes;
    if (bytes === NO_BYTES) return;
    this.#bytes = NO_BYTES;
    this.#out(bytes.subarray(this.#from, this.#to));
  }
}
