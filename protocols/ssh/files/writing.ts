/**
 * What a client writes into one file: searched in the order of its offsets as it goes by, for the
 * recording, which has it masked, and for whoever wants it refused. What is written is not changed.
 */
import { type Bytes, join, keep, NO_BYTES } from '../../../base/bytes.ts';
import type { CleanStream } from '../../../base/cleaner.ts';
import { ANYWHERE, contextBytesMax } from '../../../base/finding.ts';
import type { FileParts } from './parts.ts';
import { Passage } from './passage.ts';

export class Writing {
  readonly #parts: FileParts;
  readonly #passage: Passage;
  #stream: CleanStream | null = null;
  /** Where the next write continues, and up to where the stream is settled. */
  #next = -1;
  #settledTo = 0;
  /** The end of what was written last, as it was; only kept where findings are refused. */
  #tail: Bytes = NO_BYTES;

  constructor(parts: FileParts, file: number) {
    this.#parts = parts;
    this.#passage = new Passage(parts.transcript, { ch: parts.ch, file, of: 'write' });
  }

  /** Values found so far. */
  get found(): number {
    return this.#passage.masked;
  }

  /** True if what is to be written has, or ends, a value that is to be refused. */
  isRefused(at: number, bytes: Bytes): boolean {
    const tail = at === this.#next ? this.#tail : NO_BYTES;
    const whole = tail.length === 0 ? bytes : join([tail, bytes]);
    const isFound = this.#parts.cleaner.find(whole, ANYWHERE).some(({ to }) => to > tail.length);
    const tailBytesMax = this.#parts.cleaner.reachBytesMax + contextBytesMax;
    if (!isFound) this.#tail = keep(whole.subarray(Math.max(0, whole.length - tailBytesMax)));
    return isFound;
  }

  /** Bytes that are about to be written. */
  add(at: number, bytes: Bytes): void {
    if (at !== this.#next) {
      this.#settle(NO_BYTES, true);
      this.#stream = this.#parts.cleaner.stream(ANYWHERE);
      this.#settledTo = at;
      this.#passage.begin(at);
    }
    this.#next = at + bytes.length;
    this.#settle(keep(bytes), false);
  }

  end(): Readonly<Record<string, unknown>> | null {
    this.#settle(NO_BYTES, true);
    this.#stream = null;
    return this.#passage.end();
  }

  #settle(bytes: Bytes, last: boolean): void {
    for (const settled of this.#stream?.push(bytes, last, this.#count) ?? []) {
      if (settled.length === 0) continue;
      this.#passage.add(this.#settledTo, settled);
      this.#settledTo += settled.length;
    }
  }

  readonly #count = (): void => {
    this.#passage.masked++;
  };
}
