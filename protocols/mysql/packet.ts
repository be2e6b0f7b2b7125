/**
 * Packets of the MySQL client/server protocol (manual, "MySQL Packets" and "Basic Data Types"):
 * payload length int<3> | sequence id int<1> | payload; a payload of 0xffffff bytes goes on in the
 * next packet. Numbers are little-endian.
 */
import { type Bytes, join, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Wire } from '../../base/wire.ts';

const PAYLOAD_BYTES_MAX = 0xffffff;
/** Stands for NULL in a row. */
const NULL = 0xfb;

/** Both directions of one conversation; a new command starts at sequence id 0. */
export class PacketWire {
  readonly #wire: Wire;
  #sequence = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The next payload, whole. Throws `upstream-lost`, and `message-unknown` beyond `bytesMax`. */
  async read(bytesMax: number): Promise<Bytes> {
    const parts: Bytes[] = [];
    let total = 0;
    for (let isWhole = false; !isWhole; ) {
      const head = await this.#take(4);
      const length = head[0]! | (head[1]! << 8) | (head[2]! << 16);
      total += length;
      if (total > bytesMax) throw malformed('a packet is longer than the limit');
      if (head[3] !== this.#sequence) throw malformed('a packet is out of order');
      this.#sequence = (this.#sequence + 1) & 0xff;
      parts.push(await this.#take(length));
      isWhole = length < PAYLOAD_BYTES_MAX;
    }
    return parts.length === 1 ? parts[0]! : join(parts);
  }

  /** Sends a payload shorter than one packet. */
  write(payload: Bytes): void {
    const head = Buffer.alloc(4);
    head.writeUIntLE(payload.length, 0, 3);
    head[3] = this.#sequence;
    this.#sequence = (this.#sequence + 1) & 0xff;
    this.#wire.write(join([head, payload]));
  }

  /** Sends the first packet of a command. */
  command(payload: Bytes): void {
    this.#sequence = 0;
    this.write(payload);
  }

  async #take(length: number): Promise<Bytes> {
    if (length === 0) return new Uint8Array(0);
    const bytes = await this.#wire.read(length);
    if (bytes === null) throw new PangateError('upstream-lost', 'The server closed the connection.');
    this.#wire.unread(bytes.subarray(length));
    return bytes.subarray(0, length);
  }
}

/** What stands in a payload, from its start to its end. Reads beyond it throw `message-unknown`. */
export class Fields {
  readonly #bytes: Bytes;
  #at: number;

  constructor(bytes: Bytes, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view. */
  take(length: number): Bytes {
    if (length > this.left) throw malformed('a packet is cut');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(bytes: number): number {
    let value = 0;
    let unit = 1;
    for (const byte of this.take(bytes)) {
      value += byte * unit;
      unit *= 256;
    }
    if (!Number.isSafeInteger(value)) throw malformed('a number is out of bounds');
    return value;
  }

  /** int<lenenc>; null for NULL. */
  length(): number | null {
    const first = this.number(1);
    if (first < NULL) return first;
    if (first === NULL) return null;
    if (first === 0xff) throw malformed('a length is malformed');
    return this.number(first === 0xfc ? 2 : first === 0xfd ? 3 : 8);
  }

  /** string<lenenc>, a view; null for NULL. */
  value(): Bytes | null {
    const length = this.length();
    return length === null ? null : this.take(length);
  }

  /** string<NUL>. */
  word(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw malformed('a word has no end');
    const word = text(this.take(end - this.#at));
    this.#at++;
    return word;
  }
}

/** What a server said that is not of the protocol. */
export function malformed(what: string): PangateError {
  return new PangateError('message-unknown', `What the server said is malformed: ${what}.`);
}
