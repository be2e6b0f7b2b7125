/** Fixed little-endian fields, written and read in order. */
import type { Bytes } from '../base/bytes.ts';

/** Writes fields one after the other into a body of known length. */
export class FieldWriter {
  readonly body: Buffer;
  at = 0;

  constructor(bytes: number) {
    this.body = Buffer.alloc(bytes);
  }

  uint8(value: number): this {
    this.at = this.body.writeUInt8(value, this.at);
    return this;
  }

  uint16(value: number): this {
    this.at = this.body.writeUInt16LE(value, this.at);
    return this;
  }

  uint32(value: number): this {
    this.at = this.body.writeUInt32LE(value, this.at);
    return this;
  }

  /** A whole number up to 2^53; negative ones as two's complement. */
  int64(value: number): this {
    this.at = this.body.writeBigInt64LE(BigInt(value), this.at);
    return this;
  }

  bytes(value: Bytes): this {
    this.body.set(value, this.at);
    this.at += value.length;
    return this;
  }

  ascii(value: string): this {
    return this.bytes(Buffer.from(value, 'latin1'));
  }
}

/** Reads the fields back. Past the end, and for a number over 2^53, `bad` is set and stays. */
export class FieldReader {
  readonly body: Buffer;
  at = 0;
  bad = false;

  constructor(body: Bytes) {
    this.body = Buffer.from(body.buffer, body.byteOffset, body.length);
  }

  uint8(): number {
    return this.#has(1) ? this.body.readUInt8(this.at - 1) : 0;
  }

  uint16(): number {
    return this.#has(2) ? this.body.readUInt16LE(this.at - 2) : 0;
  }

  uint32(): number {
    return this.#has(4) ? this.body.readUInt32LE(this.at - 4) : 0;
  }

  int64(): number {
    const value = this.#has(8) ? Number(this.body.readBigInt64LE(this.at - 8)) : 0;
    if (!Number.isSafeInteger(value)) this.bad = true;
    return value;
  }

  /** A whole number from 0. */
  uint64(): number {
    const value = this.int64();
    if (value < 0) this.bad = true;
    return value;
  }

  /** A view. */
  bytes(length: number): Bytes {
    return this.#has(length) ? this.body.subarray(this.at - length, this.at) : this.body.subarray(0, 0);
  }

  ascii(length: number): string {
    return Buffer.from(this.bytes(length)).toString('latin1');
  }

  /** True if every field was there and nothing is left. */
  get whole(): boolean {
    return !this.bad && this.at === this.body.length;
  }

  #has(length: number): boolean {
    this.at += length;
    if (this.at > this.body.length) this.bad = true;
    return !this.bad;
  }
}
