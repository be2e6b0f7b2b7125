import type { Bytes } from '../../../base/bytes.ts';
import { fill, type Intake } from '../intake.ts';
import { check } from './damaged.ts';

/** More than any block takes: 900,000 symbols of at most 20 bits, and its tables. */
const WINDOW_BYTES = 2_621_440;

/** Bits from an intake, the highest of each byte first. Reads ahead block by block. */
export class BitReader {
  readonly #intake: Intake;
  readonly #bytes: Bytes = new Uint8Array(WINDOW_BYTES);
  #end = 0;
  #at = 0;
  #bits = 0;
  #held = 0;
  #isEnded = false;

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  /** Makes sure that a whole block can be read. False if nothing is left. */
  async prepare(): Promise<boolean> {
    if (!this.#isEnded) {
      this.#bytes.copyWithin(0, this.#at, this.#end);
      this.#end -= this.#at;
      this.#at = 0;
      const { count, isEnd } = await fill(this.#intake, this.#bytes.subarray(this.#end));
      this.#end += count;
      this.#isEnded = isEnd;
    }
    return this.#at < this.#end;
  }

  /** At most 24 bits. */
  read(count: number): number {
    while (this.#held < count) {
      check(this.#at < this.#end, 'cut off');
      this.#bits = (this.#bits << 8) | this.#bytes[this.#at++]!;
      this.#held += 8;
    }
    this.#held -= count;
    return (this.#bits >>> this.#held) & ((1 << count) - 1);
  }

  /** The rest of a byte is nothing. */
  align(): void {
    this.#held -= this.#held % 8;
  }
}
