/**
 * The received bytes of one direction, with pgbouncer's three cursors: sent <= settled <=
 * received. Bytes are read behind what is not yet settled; what has been handed on stays
 * unchanged in its buffer until every send of it is done.
 */
import { type Bytes, NO_BYTES } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';
import { borrow, giveBack } from './pool.ts';

/** One buffer and how many sends still read from it. */
export class Lease {
  readonly buffer: Bytes;
  #holders = 0;
  #retired = false;

  constructor(buffer: Bytes) {
    this.buffer = buffer;
  }

  get idle(): boolean {
    return this.#holders === 0;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    this.#holders--;
    this.#recycle();
  }

  /** No more bytes will be read into it. */
  retire(): void {
    this.#retired = true;
    this.#recycle();
  }

  #recycle(): void {
    if (this.#retired && this.#holders === 0) giveBack(this.buffer);
  }
}

export class Inbox {
  #lease: Lease = new Lease(NO_BYTES);
  #from = 0;
  #to = 0;
  /** Bytes of the newest read: tells a busy connection from a quiet one. */
  #lastRead = 0;

  get lease(): Lease {
    return this.#lease;
  }

  /** Bytes received and not settled. */
  get unsettled(): Bytes {
    return this.#lease.buffer.subarray(this.#from, this.#to);
  }

  /** Space behind the received bytes, in a buffer that suits the connection's pace. */
  room(): Bytes {
    if (this.#from === this.#to && this.#lease.idle) this.#from = this.#to = 0;
    const kept = this.#to - this.#from;
    const busy = this.#lastRead >= limits.readBytesMin || kept > 0;
    const free = this.#lease.buffer.length - this.#to;
    const large = this.#lease.buffer.length > limits.readBytesMin;
    if (free < limits.readBytesMin / (large ? 1 : 4) || (large && !busy) || (busy && !large))
      this.#renew(busy);
    return this.#lease.buffer.subarray(this.#to);
  }

  /** `bytes` more stand behind the received ones. */
  filled(bytes: number): void {
    this.#to += bytes;
    this.#lastRead = bytes;
  }

  /** Takes a chunk that came in a buffer of its own. */
  append(chunk: Bytes): void {
    const kept = this.unsettled;
    if (kept.length === 0) return this.#replace(chunk, 0, chunk.length);
    const joined = Buffer.allocUnsafeSlow(kept.length + chunk.length);
    joined.set(kept);
    joined.set(chunk, kept.length);
    this.#replace(joined, 0, joined.length);
  }

  settle(bytes: number): void {
    this.#from += bytes;
  }

  /** Gives the buffer up: no byte will come any more. */
  release(): void {
    this.#replace(NO_BYTES, 0, 0);
  }

  #renew(busy: boolean): void {
    const kept = this.unsettled;
    const next = bufferFor(kept.length, busy);
    next.set(kept);
    this.#replace(next, 0, kept.length);
  }

  #replace(buffer: Bytes, from: number, to: number): void {
    const old = this.#lease;
    this.#lease = new Lease(buffer);
    this.#from = from;
    this.#to = to;
    old.retire();
  }
}

function bufferFor(keptBytes: number, busy: boolean): Bytes {
  if (keptBytes > limits.readBytesMax / 2) return Buffer.allocUnsafeSlow(keptBytes * 2);
  return busy ? borrow() : Buffer.allocUnsafeSlow(limits.readBytesMin);
}
