/**
 * CRC-32 (IEEE 802.3, reflected, as in gzip) of journal frames. Native in Node 20.15 and
 * 22.2; a table where it is missing.
 */
import * as zlib from 'node:zlib';
import type { Bytes } from '../base/bytes.ts';

const native = (zlib as { crc32?: (bytes: Bytes, seed?: number) => number }).crc32;

/** The checksum, unsigned; `seed` is that of the bytes before. */
export const crc32: (bytes: Bytes, seed?: number) => number = native ?? crc32Table;

const TABLE: Uint32Array = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  TABLE[i] = value;
}

/** The same without native help; exported for the test that compares the two. */
export function crc32Table(bytes: Bytes, seed = 0): number {
  let value = ~seed;
  for (let i = 0; i < bytes.length; i++) value = (value >>> 8) ^ TABLE[(value ^ bytes[i]!) & 0xff]!;
  return ~value >>> 0;
}
