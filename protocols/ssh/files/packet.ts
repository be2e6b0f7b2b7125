/**
 * Packets of SFTP in a channel's stream (draft-ietf-secsh-filexfer-02, 3): length uint32 | type
 * byte | id uint32 | fields. They are cut anywhere; what is cut is put together in one buffer.
 */
import { putInt32, uint32At } from '../../../base/binary.ts';
import { type Bytes, NO_BYTES } from '../../../base/bytes.ts';
import { PangateError } from '../../../base/errors.ts';
import { type Field, frame } from '../message.ts';

/** Bytes of a packet's length in front of it. */
export const LENGTH_BYTES = 4;
/** Of length, type and id. */
export const HEAD_BYTES = 9;
/** A packet with its length, as OpenSSH takes them. */
export const PACKET_BYTES_MAX = 262_144;

/** Gives whole packets of one direction. */
export class PacketReader {
  #buffer: Bytes = NO_BYTES;
  /** Bytes of a cut packet in the buffer, and how many it has; 0 while its length is cut. */
  #held = 0;
  #needed = 0;

  /** Takes a chunk; each packet, with its length in front, is a view that is valid until `take` returns. */
  push(bytes: Bytes, take: (packet: Bytes) => void): void {
    let at = 0;
    while (at < bytes.length) {
      const to = this.#held === 0 ? packetEnd(bytes, at) : 0;
      if (to > 0 && to <= bytes.length) {
        take(bytes.subarray(at, to));
        at = to;
      } else {
        at += this.#hold(bytes, at);
        if (this.#needed > 0 && this.#held === this.#needed) {
          this.#held = this.#needed = 0;
          take(this.#buffer.subarray(0, packetEnd(this.#buffer, 0)));
        }
      }
    }
  }

  /** Bytes of a packet that is not whole. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Takes what the cut packet lacks; gives how many bytes that was. */
  #hold(bytes: Bytes, at: number): number {
    const wanted = (this.#needed || LENGTH_BYTES) - this.#held;
    const count = Math.min(wanted, bytes.length - at);
    if (this.#buffer.length < this.#held + wanted) this.#grow(this.#held + wanted);
    this.#buffer.set(bytes.subarray(at, at + count), this.#held);
    this.#held += count;
    if (this.#needed === 0 && this.#held === LENGTH_BYTES) this.#needed = packetEnd(this.#buffer, 0);
    return count;
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(bytes);
    grown.set(this.#buffer.subarray(0, this.#held));
    this.#buffer = grown;
  }
}

/** Where the packet at `at` ends; 0 if its length is cut. Throws for a length that no packet has. */
function packetEnd(bytes: Bytes, at: number): number {
  if (bytes.length - at < LENGTH_BYTES) return 0;
  const length = uint32At(bytes, at);
  if (length === 0 || length > PACKET_BYTES_MAX - LENGTH_BYTES)
    throw new PangateError('message-unknown', 'A packet of SFTP has a length that none may have.');
  return at + LENGTH_BYTES + length;
}

/** A packet; the form is that of the connection protocol's messages. */
export function packet(type: number, id: number, ...fields: readonly Field[]): Bytes {
  return frame(type, id, ...fields);
}

/** Gives a packet another number, in place. */
export function renumber(bytes: Bytes, id: number): Bytes {
  putInt32(bytes, LENGTH_BYTES + 1, id | 0);
  return bytes;
}

/** A field of 64 bits. */
export function uint64(value: number): { readonly raw: Bytes } {
  const raw = new Uint8Array(8);
  putInt32(raw, 0, Math.floor(value / 0x1_0000_0000));
  putInt32(raw, 4, value | 0);
  return { raw };
}
