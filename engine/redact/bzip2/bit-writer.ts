import type { Bytes } from '../../../base/bytes.ts';

/** Bits, the highest of each byte first. */
export class BitWriter {
  #bytes: Uint8Array = new Uint8Array(65_536);
  #at = 0;
  #bits = 0;
  #held = 0;

  /** At most 24 bits. */
  write(count: number, value: number): void {
    this.#bits = (this.#bits << count) | value;
    this.#held += count;
    while (this.#held >= 8) {
      this.#held -= 8;
      this.#put((this.#bits >>> this.#held) & 0xff);
    }
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#held > 0) this.write(8 - this.#held, 0);
  }

  /** All whole bytes so far, owned by who takes them. */
  take(): Bytes {
    const taken = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return taken;
  }

  #put(byte: number): void {
    if (this.#at === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#at++] = byte;
  }
}
