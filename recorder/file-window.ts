/**
 * A file read through one window, so that a walk over it costs bounded memory and few reads. While
 * what is in the window is looked at, the bytes behind it are read by another thread: hashing them
 * takes about as long as reading them.
 */
import type { Bytes } from '../base/bytes.ts';
import { type DiskFile, readFull } from './disk.ts';

const WINDOW_BYTES = 4_194_304;
/** What stays in front of the next window: the beginning of a frame whose end is looked at first. */
const KEPT_BYTES = 131_072;

/** Bytes that are being read into the second half of a buffer; how many there were. */
interface Ahead {
  readonly buffer: Bytes;
  readonly read: Promise<number>;
}

/** Views of a file that does not change while it is read, or only grows. */
export class FileWindow {
  readonly #file: DiskFile;
  /** Length of the file when it was opened; set anew by who knows that it has grown. */
  bytes: number;
  readonly #windowBytes: number;
  #window: Bytes = new Uint8Array(0);
  #from = 0;
  /** What the window lies in, and the one that is read into next: two for the whole walk. */
  #buffer: Bytes | null = null;
  #spare: Bytes | null = null;
  #ahead: Ahead | null = null;

  /** `windowBytes`: what one read takes; little where only heads of frames are looked at. */
  constructor(file: DiskFile, bytes: number, windowBytes: number = WINDOW_BYTES) {
    this.#file = file;
    this.bytes = bytes;
    this.#windowBytes = windowBytes;
  }

  /** The bytes of [from, from + length) as far as the file has them: a view until the next call. */
  async view(from: number, length: number): Promise<Bytes> {
    const to = Math.min(this.bytes, from + length);
    if (from < this.#from || to > this.#to) await this.#move(from, to);
    return this.#window.subarray(from - this.#from, Math.max(from, to) - this.#from);
  }

  /** The same, at once, where the window has them; else null. */
  peek(from: number, length: number): Bytes | null {
    const to = Math.min(this.bytes, from + length);
    if (from < this.#from || to > this.#to || to < from) return null;
    return this.#window.subarray(from - this.#from, to - this.#from);
  }

  get #to(): number {
    return this.#from + this.#window.length;
  }

  async #move(from: number, to: number): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const goesOn = this.#window.length > 0 && from >= this.#from && this.#windowBytes >= KEPT_BYTES;
    if (ahead === null || !this.#adopt(ahead.buffer, await ahead.read, from, to))
      await this.#load(goesOn ? Math.max(this.#from, from - KEPT_BYTES) : from, to);
    if (goesOn && this.#to < this.bytes) this.#readAhead();
  }

  /** Takes the window that was read ahead, with the end of this one before it; false if it is another. */
  #adopt(buffer: Bytes, count: number, from: number, to: number): boolean {
    const kept = Math.min(KEPT_BYTES, this.#window.length);
    const newFrom = this.#to - kept;
    this.#spare = buffer;
    if (from < newFrom || to > this.#to + count) return false;
    buffer.set(this.#window.subarray(this.#window.length - kept), KEPT_BYTES - kept);
    this.#spare = this.#buffer;
    this.#buffer = buffer;
    this.#window = buffer.subarray(KEPT_BYTES - kept, KEPT_BYTES + count);
    this.#from = newFrom;
    return true;
  }

  async #load(from: number, to: number): Promise<void> {
    const length = Math.max(0, Math.min(this.bytes - from, Math.max(to - from, this.#windowBytes)));
    const buffer = this.#buffer !== null && this.#buffer.length >= length ? this.#buffer : room(length);
    const target = buffer.subarray(0, length);
    const read = await readFull(this.#file, target, from);
    this.#buffer = buffer;
    this.#window = target.subarray(0, read);
    this.#from = from;
  }

  #readAhead(): void {
    const length = Math.min(this.#windowBytes, this.bytes - this.#to);
    const whole = KEPT_BYTES + length;
    const buffer = this.#spare !== null && this.#spare.length >= whole ? this.#spare : room(whole);
    const read = readFull(this.#file, buffer.subarray(KEPT_BYTES, KEPT_BYTES + length), this.#to);
    this.#spare = null;
    // Who comes to need what could not be read reads it again, and sees why.
    this.#ahead = { buffer, read: read.catch(() => 0) };
  }
}

/** A buffer that is filled before it is looked at. */
function room(bytes: number): Bytes {
  return Buffer.allocUnsafeSlow(bytes);
}
