/** A file read through one window, so that a walk over it costs bounded memory and few reads. */
import type { Bytes } from '../base/bytes.ts';
import { type DiskFile, readFull } from './disk.ts';

const WINDOW_BYTES = 1_048_576;

/** Views of a file that does not change while it is read, or only grows. */
export class FileWindow {
  readonly #file: DiskFile;
  /** Length of the file when it was opened; set anew by who knows that it has grown. */
  bytes: number;
  #window: Bytes = new Uint8Array(0);
  #from = 0;

  readonly #windowBytes: number;

  /** `windowBytes`: what one read takes; little where only heads of frames are looked at. */
  constructor(file: DiskFile, bytes: number, windowBytes: number = WINDOW_BYTES) {
    this.#file = file;
    this.bytes = bytes;
    this.#windowBytes = windowBytes;
  }

  /** The bytes of [from, from + length) as far as the file has them: a view until the next call. */
  async view(from: number, length: number): Promise<Bytes> {
    const to = Math.min(this.bytes, from + length);
    if (from < this.#from || to > this.#from + this.#window.length) await this.#load(from, to);
    return this.#window.subarray(from - this.#from, Math.max(from, to) - this.#from);
  }

  async #load(from: number, to: number): Promise<void> {
    const length = Math.min(this.bytes - from, Math.max(to - from, this.#windowBytes));
    const window = new Uint8Array(Math.max(0, length));
    const read = await readFull(this.#file, window, from);
    this.#window = window.subarray(0, read);
    this.#from = from;
  }
}
