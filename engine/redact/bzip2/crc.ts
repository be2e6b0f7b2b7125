import type { Bytes } from '../../../base/bytes.ts';

/** CRC-32 with polynomial 0x04C11DB7, the highest bit first: of each block, before its run coding. */
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** Goes on from `crc`, which starts as -1; the block's checksum is the complement. */
export function crcOf(crc: number, bytes: Bytes): number {
  let value = crc;
  for (let i = 0; i < bytes.length; i++) value = (value << 8) ^ TABLE[((value >>> 24) ^ bytes[i]!) & 0xff]!;
  return value;
}

/** The stream's checksum after one more block. */
export function combined(stream: number, block: number): number {
  return ((stream << 1) | (stream >>> 31)) ^ block;
}
