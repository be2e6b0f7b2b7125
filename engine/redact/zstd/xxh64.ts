/** XXH64 with seed 0 of what comes in pieces: the checksum of a zstd frame. In 32-bit halves. */
import type { Bytes } from '../../../base/bytes.ts';

/** A 64-bit number: low and high half, unsigned. */
type Long = readonly [number, number];

const P1: Long = [0x85ebca87, 0x9e3779b1];
const P2: Long = [0x27d4eb4f, 0xc2b2ae3d];
const P3: Long = [0x9e3779f9, 0x165667b1];
const P4: Long = [0xc2b2ae63, 0x85ebca77];
const P5: Long = [0x165667c5, 0x27d4eb2f];

/** One running checksum. */
export class Xxh64 {
  /** Four lanes, low and high half each. */
  readonly #lanes: Uint32Array = lanes();
  readonly #rest: Uint8Array = new Uint8Array(32);
  #restBytes = 0;
  #totalBytes = 0;

  /** Takes the next piece. */
  update(bytes: Bytes): void {
    this.#totalBytes += bytes.length;
    let at = 0;
    if (this.#restBytes > 0) {
      at = Math.min(32 - this.#restBytes, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restBytes);
      this.#restBytes += at;
      if (this.#restBytes < 32) return;
      stripes(this.#lanes, this.#rest, 0, 32);
      this.#restBytes = 0;
    }
    at = stripes(this.#lanes, bytes, at, bytes.length);
    this.#rest.set(bytes.subarray(at));
    this.#restBytes = bytes.length - at;
  }

  /** The low 32 bits of what was taken so far, unsigned. */
  low(): number {
    let hash = this.#totalBytes >= 32 ? merged(this.#lanes) : P5;
    hash = add(hash, [this.#totalBytes >>> 0, Math.floor(this.#totalBytes / 2 ** 32)]);
    hash = finish(hash, this.#rest, this.#restBytes);
    hash = multiply(xorShift(hash, 33), P2);
    hash = multiply(xorShift(hash, 29), P3);
    return xorShift(hash, 32)[0] >>> 0;
  }
}

function lanes(): Uint32Array {
  const starts: Long[] = [add(P1, P2), P2, [0, 0], subtract([0, 0], P1)];
  return Uint32Array.from(starts.flat());
}

/** Whole stripes of 32 bytes; gives where they end. */
function stripes(all: Uint32Array, bytes: Bytes, from: number, to: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = from;
  for (; at + 32 <= to; at += 32)
    for (let lane = 0; lane < 4; lane++)
      round(all, lane * 2, view.getUint32(at + lane * 8, true), view.getUint32(at + lane * 8 + 4, true));
  return at;
}

/** lane = rotl(lane + input * P2, 31) * P1, without a single object. */
function round(all: Uint32Array, lane: number, low: number, high: number): void {
  const productLow = Math.imul(low, 0x27d4eb4f) >>> 0;
  const productHigh =
    (upper(low, 0x27d4eb4f) + Math.imul(low, 0xc2b2ae3d) + Math.imul(high, 0x27d4eb4f)) >>> 0;
  const sumLow = all[lane]! + productLow;
  const sumHigh = (all[lane + 1]! + productHigh + (sumLow > 0xffffffff ? 1 : 0)) >>> 0;
  const wrapped = sumLow >>> 0;
  const turnedLow = ((wrapped << 31) | (sumHigh >>> 1)) >>> 0;
  const turnedHigh = ((sumHigh << 31) | (wrapped >>> 1)) >>> 0;
  all[lane] = Math.imul(turnedLow, 0x85ebca87);
  all[lane + 1] =
    upper(turnedLow, 0x85ebca87) + Math.imul(turnedLow, 0x9e3779b1) + Math.imul(turnedHigh, 0x85ebca87);
}

/** The high half of the product of two unsigned 32-bit numbers. */
function upper(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const rest = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(rest / 65_536)) >>> 0;
}

function merged(all: Uint32Array): Long {
  const lane = (i: number): Long => [all[2 * i]!, all[2 * i + 1]!];
  let hash = add(add(rotate(lane(0), 1), rotate(lane(1), 7)), add(rotate(lane(2), 12), rotate(lane(3), 18)));
  for (let i = 0; i < 4; i++) {
    const mixed = multiply(rotate(multiply(lane(i), P2), 31), P1);
    hash = add(multiply(xor(hash, mixed), P1), P4);
  }
  return hash;
}

/** Up to 31 bytes that fill no stripe. */
function finish(start: Long, bytes: Bytes, count: number): Long {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let hash = start;
  let at = 0;
  for (; at + 8 <= count; at += 8) {
    const input: Long = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    hash = xor(hash, multiply(rotate(multiply(input, P2), 31), P1));
    hash = add(multiply(rotate(hash, 27), P1), P4);
  }
  if (at + 4 <= count) {
    hash = xor(hash, multiply([view.getUint32(at, true), 0], P1));
    hash = add(multiply(rotate(hash, 23), P2), P3);
    at += 4;
  }
  for (; at < count; at++) {
    hash = xor(hash, multiply([bytes[at]!, 0], P5));
    hash = multiply(rotate(hash, 11), P1);
  }
  return hash;
}

function add([aLow, aHigh]: Long, [bLow, bHigh]: Long): Long {
  const low = aLow + bLow;
  return [low >>> 0, (aHigh + bHigh + (low > 0xffffffff ? 1 : 0)) >>> 0];
}

function subtract([aLow, aHigh]: Long, [bLow, bHigh]: Long): Long {
  return [(aLow - bLow) >>> 0, (aHigh - bHigh - (aLow < bLow ? 1 : 0)) >>> 0];
}

function multiply([aLow, aHigh]: Long, [bLow, bHigh]: Long): Long {
  return [
    Math.imul(aLow, bLow) >>> 0,
    (upper(aLow, bLow) + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) >>> 0,
  ];
}

function xor([aLow, aHigh]: Long, [bLow, bHigh]: Long): Long {
  return [(aLow ^ bLow) >>> 0, (aHigh ^ bHigh) >>> 0];
}

/** By 1 to 31. */
function rotate([low, high]: Long, by: number): Long {
  return [((low << by) | (high >>> (32 - by))) >>> 0, ((high << by) | (low >>> (32 - by))) >>> 0];
}

/** value ^ (value >> by), by 29 to 33. */
function xorShift(value: Long, by: number): Long {
  const [low, high] = value;
  const shifted: Long =
    by >= 32 ? [high >>> (by - 32), 0] : [((low >>> by) | (high << (32 - by))) >>> 0, high >>> by];
  return xor(value, shifted);
}
