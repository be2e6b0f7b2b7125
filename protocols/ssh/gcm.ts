/**
 * Packets under AES-GCM (RFC 5647; OpenSSH's PROTOCOL, 1.6: aes128-gcm@openssh.com). A packet is its
 * length uint32 in the clear, then, encrypted: length of the padding byte | payload | padding; then a
 * tag of 16 bytes. They take the places of ssh2's cipher and decipher once keys are exchanged, and
 * are called as those: a packet is opened and sealed in one piece, in one fresh buffer for each.
 */
import { type CipherGCMTypes, createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { putInt32, uint32At } from '../../base/binary.ts';
import { type Bytes, NO_BYTES } from '../../base/bytes.ts';
import { madePacket } from './garbage.ts';
import { malformed } from './message.ts';

const LENGTH_BYTES = 4;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const PADDING_MIN = 4;
/** A whole packet, as ssh2 has it. */
const PACKET_BYTES_MAX = 35_000;
/** Packets up to this size leave in one buffer: a copy costs less than two more writes. */
const JOINED_BYTES_MAX = 4096;
const RANDOM_BYTES = 4096;

/** What one direction works with. */
export interface GcmKey {
  readonly name: CipherGCMTypes;
  readonly key: Bytes;
  /** 12 bytes, counted up in place with each packet. */
  readonly nonce: Bytes;
  /** Number of the next packet; the key exchange asks for it. */
  readonly sequence: number;
}

/** Takes a message; what it returns stops the loop, as ssh2 has it: `false`: here. */
export type OnPayload = (payload: Buffer) => unknown;

/** Opens packets of a stream that is cut anywhere. Throws where one does not prove itself. */
export class GcmOpener {
  inSeqno: number;
  /** Replaced during a key exchange. */
  _onPayload: OnPayload;
  readonly #key: GcmKey;
  /** A packet that is not whole yet, in a buffer of its size; its length alone until that is known. */
  #held: Bytes = NO_BYTES;
  #heldBytes = 0;

  constructor(key: GcmKey, onPayload: OnPayload) {
    this.#key = key;
    this.inSeqno = key.sequence;
    this._onPayload = onPayload;
  }

  free(): void {}

  /** Opens what stands in [from, to); gives where it stopped if it was told to. */
  decrypt(data: Bytes, from: number, to: number): unknown {
    let at = this.#heldBytes === 0 ? from : this.#append(data, from, to);
    if (this.#heldBytes > 0) {
      if (this.#heldBytes < this.#held.length) return undefined;
      const said = this.#open(this.#takeHeld(), 0);
      if (said !== undefined) return said === false ? at : said;
    }
    while (to - at >= LENGTH_BYTES) {
      const packet = at;
      const end = at + packetBytes(data, at);
      if (end > to) break;
      at = end;
      const said = this.#open(data, packet);
      if (said !== undefined) return said === false ? at : said;
    }
    if (at < to) this.#append(data, at, to);
    return undefined;
  }

  /** Bytes of a packet that is cut; gives where the next one begins. */
  #append(data: Bytes, from: number, to: number): number {
    if (this.#heldBytes === 0) this.#held = new Uint8Array(LENGTH_BYTES);
    let at = from;
    while (at < to && this.#heldBytes < this.#held.length) {
      const count = Math.min(to - at, this.#held.length - this.#heldBytes);
      this.#held.set(data.subarray(at, at + count), this.#heldBytes);
      this.#heldBytes += count;
      at += count;
      if (this.#heldBytes === LENGTH_BYTES) this.#held = grown(this.#held, packetBytes(this.#held, 0));
    }
    return at;
  }

  #takeHeld(): Bytes {
    const packet = this.#held;
    this.#held = NO_BYTES;
    this.#heldBytes = 0;
    return packet;
  }

  #open(data: Bytes, at: number): unknown {
    const { name, key, nonce } = this.#key;
    const from = at + LENGTH_BYTES;
    const to = from + uint32At(data, at);
    const decipher = createDecipheriv(name, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(data.subarray(at, from));
    decipher.setAuthTag(data.subarray(to, to + TAG_BYTES));
    const plain = decipher.update(data.subarray(from, to));
    decipher.final();
    madePacket(plain.length);
    countUp(nonce);
    this.inSeqno = (this.inSeqno + 1) >>> 0;
    const padding = plain[0]!;
    if (padding < PADDING_MIN || padding >= plain.length) throw malformed();
    return this._onPayload(plain.subarray(1, plain.length - padding));
  }
}

/** Seals packets. */
export class GcmSealer {
  outSeqno: number;
  readonly #key: GcmKey;
  readonly #write: (bytes: Buffer) => void;
  readonly #random: Buffer = Buffer.allocUnsafeSlow(RANDOM_BYTES);
  #randomAt = RANDOM_BYTES;
  #isFreed = false;

  constructor(key: GcmKey, write: (bytes: Buffer) => void) {
    this.#key = key;
    this.outSeqno = key.sequence;
    this.#write = write;
  }

  free(): void {
    this.#isFreed = true;
  }

  /** A packet whose payload, from its fifth byte on, is to be written before `encrypt`. */
  allocPacket(payloadBytes: number): Buffer {
    return this.#frame(Buffer.allocUnsafe(wholeBytes(payloadBytes)), payloadBytes);
  }

  /** As `allocPacket`, in a buffer that the next call takes again: to be encrypted at once. */
  sharedPacket(payloadBytes: number): Buffer {
    shared ??= Buffer.allocUnsafeSlow(PACKET_BYTES_MAX + 2 * BLOCK_BYTES);
    return this.#frame(shared.subarray(0, wholeBytes(payloadBytes)), payloadBytes);
  }

  encrypt(packet: Buffer): void {
    if (this.#isFreed) return;
    const { name, key, nonce } = this.#key;
    const cipher = createCipheriv(name, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(packet.subarray(0, LENGTH_BYTES));
    const sealed = cipher.update(packet.subarray(LENGTH_BYTES));
    cipher.final();
    madePacket(sealed.length);
    countUp(nonce);
    this.outSeqno = (this.outSeqno + 1) >>> 0;
    const parts = [Buffer.from(packet.subarray(0, LENGTH_BYTES)), sealed, cipher.getAuthTag()];
    if (packet.length <= JOINED_BYTES_MAX) this.#write(Buffer.concat(parts));
    else for (const part of parts) this.#write(part);
  }

  #frame(packet: Buffer, payloadBytes: number): Buffer {
    const padding = packet.length - LENGTH_BYTES - 1 - payloadBytes;
    putInt32(packet, 0, packet.length - LENGTH_BYTES);
    packet[LENGTH_BYTES] = padding;
    if (this.#randomAt + padding > RANDOM_BYTES) {
      randomFillSync(this.#random);
      this.#randomAt = 0;
    }
    packet.set(this.#random.subarray(this.#randomAt, this.#randomAt + padding), packet.length - padding);
    this.#randomAt += padding;
    return packet;
  }
}

let shared: Buffer | null = null;

/** Bytes of a whole packet, by its length. Throws if no packet is so long. */
function packetBytes(data: Bytes, at: number): number {
  const length = uint32At(data, at);
  if (
    length < BLOCK_BYTES ||
    length % BLOCK_BYTES !== 0 ||
    length + LENGTH_BYTES + TAG_BYTES > PACKET_BYTES_MAX
  )
    throw malformed();
  return LENGTH_BYTES + length + TAG_BYTES;
}

/** Bytes of a packet without its tag: all but the length are a multiple of a block (RFC 5647, 7.2). */
function wholeBytes(payloadBytes: number): number {
  const least = 1 + payloadBytes + PADDING_MIN;
  return LENGTH_BYTES + Math.ceil(least / BLOCK_BYTES) * BLOCK_BYTES;
}

function grown(bytes: Bytes, length: number): Bytes {
  const larger = Buffer.allocUnsafe(length);
  larger.set(bytes);
  return larger;
}

/** The last eight bytes are a counter (RFC 5647, 7.1). */
function countUp(nonce: Bytes): void {
  for (let at = 11; at >= 4; at--) {
    nonce[at] = (nonce[at]! + 1) & 0xff;
    if (nonce[at] !== 0) return;
  }
}
