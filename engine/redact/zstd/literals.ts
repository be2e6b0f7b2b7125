/** Literals section of a block (RFC 8878 section 3.1.1.3.1). */
import type { Bytes } from '../../../base/bytes.ts';
import { check } from './damaged.ts';
import { decodeHuffman, type HuffmanTable, readHuffmanTable } from './huffman.ts';

const LITERALS_MAX = 131_072;

/** What a block's literals are, where its sequences begin, and the tree for the next block. */
export interface Literals {
  readonly bytes: Bytes;
  readonly end: number;
  readonly table: HuffmanTable | null;
}

/** `block[0 .. length)`; `table` is the last block's tree. */
export function readLiterals(block: Bytes, table: HuffmanTable | null): Literals {
  check(block.length > 0, 'literals');
  const type = block[0]! & 3;
  return type < 2 ? plainLiterals(block, type, table) : packedLiterals(block, type, table);
}

/** Raw, or one byte repeated. Size in 5, 12 or 20 bits. */
function plainLiterals(block: Bytes, type: number, table: HuffmanTable | null): Literals {
  const format = (block[0]! >> 2) & 3;
  const headBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
  check(block.length >= headBytes + type, 'literals');
  const head = uint(block, headBytes);
  const size = headBytes === 1 ? head >> 3 : head >> 4;
  check(size <= LITERALS_MAX, 'literals');
  if (type === 1) return { bytes: new Uint8Array(size).fill(block[headBytes]!), end: headBytes + 1, table };
  check(headBytes + size <= block.length, 'literals');
  return { bytes: block.subarray(headBytes, headBytes + size), end: headBytes + size, table };
}

/** By size format: bytes of the head, bits of each size. */
const PACKED_HEADS: readonly (readonly [number, number])[] = [
  [3, 10],
  [3, 10],
  [4, 14],
  [5, 18],
];

/** Huffman coded, with a tree of its own or the last one's, in one stream or four. */
function packedLiterals(block: Bytes, type: number, last: HuffmanTable | null): Literals {
  const format = (block[0]! >> 2) & 3;
  const [headBytes, width] = PACKED_HEADS[format]!;
  check(block.length >= headBytes, 'literals');
  const head = uint(block, headBytes);
  const size = Math.floor(head / 16) % 2 ** width;
  const packed = Math.floor(head / 16 / 2 ** width) % 2 ** width;
  const to = headBytes + packed;
  check(size <= LITERALS_MAX && to <= block.length, 'literals');
  let table = last;
  let from = headBytes;
  if (type === 2) {
    const read = readHuffmanTable(block, headBytes, to);
    [table, from] = [read.table, read.end];
  }
  check(table !== null, 'literals');
  const bytes = new Uint8Array(size);
  if (format === 0) decodeHuffman(table, { bytes: block, from, to }, bytes, 0, size);
  else decodeFour(table, block, { from, to }, bytes);
  return { bytes, end: to, table };
}

/** Sizes of the first three streams, two bytes each | the streams. Each gives a quarter. */
function decodeFour(
  table: HuffmanTable,
  block: Bytes,
  { from, to }: { readonly from: number; readonly to: number },
  out: Bytes,
): void {
  check(from + 6 <= to, 'literals');
  const quarter = (out.length + 3) >> 2;
  let at = from + 6;
  for (let i = 0; i < 4; i++) {
    const end = i < 3 ? at + (block[from + 2 * i]! | (block[from + 2 * i + 1]! << 8)) : to;
    check(end <= to, 'literals');
    const outFrom = Math.min(out.length, i * quarter);
    const outTo = i < 3 ? Math.min(out.length, outFrom + quarter) : out.length;
    decodeHuffman(table, { bytes: block, from: at, to: end }, out, outFrom, outTo);
    at = end;
  }
}

/** The first `count` bytes as a number, the lowest first; at most five. */
function uint(bytes: Bytes, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
  return value;
}
