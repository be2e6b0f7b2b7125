/** A server that says what it was told to say, whatever it hears. */
import { type Bytes, join } from '../../base/bytes.ts';
import type { Wire } from '../../base/wire.ts';

/** A wire over `said`, which arrives in steps; keeps what is written to it. */
export class ScriptedWire implements Wire {
  readonly address = '';
  readonly port = 0;
  readonly heard: Bytes[] = [];
  tls = '';
  #left: Bytes;
  #arrived = 0;
  readonly #step: number;

  constructor(said: Bytes, step = 1_000_000) {
    this.#left = said;
    this.#step = step;
  }

  async read(bytesMin: number): Promise<Bytes | null> {
    while (this.#arrived < bytesMin && this.#arrived < this.#left.length)
      this.#arrived = Math.min(this.#left.length, this.#arrived + this.#step);
    if (this.#arrived < bytesMin) return null;
    const bytes = this.#left.slice(0, this.#arrived);
    this.#left = this.#left.subarray(this.#arrived);
    this.#arrived = 0;
    return bytes;
  }

  unread(bytes: Bytes): void {
    this.#left = join([bytes, this.#left]);
    this.#arrived += bytes.length;
  }

  write(bytes: Bytes): void {
    this.heard.push(bytes);
  }

  async secure(): Promise<void> {
    this.tls = 'TLSv1.3';
  }

  send(): boolean {
    throw new Error('a login sends by `write`');
  }

  readonly unsentBytes = 0;
  flow(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

/** Payloads as packets, from this sequence id on; a new id where a command comes between. */
export function packets(payloads: readonly Bytes[], from = 0): Bytes {
  return join(
    payloads.flatMap((payload, i) => [
      Uint8Array.of(
        payload.length & 0xff,
        (payload.length >> 8) & 0xff,
        payload.length >> 16,
        (from + i) & 0xff,
      ),
      payload,
    ]),
  );
}
