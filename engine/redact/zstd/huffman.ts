/** Huffman codes of literals (RFC 8878 section 4.2). */
import type { Bytes } from '../../../base/bytes.ts';
import { BackwardBits } from './backward-bits.ts';
import { check } from './damaged.ts';
import { type FseTable, nextState, readFseTable } from './fse.ts';

const BITS_MAX = 11;
const WEIGHTS_MAX = 255;

/** By the next `bitsMax` bits: the symbol and how many of the bits it takes. */
export interface HuffmanTable {
  readonly bitsMax: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Section 4.2.1: header byte | weights, packed by FSE or four bits each. */
export function readHuffmanTable(
  bytes: Bytes,
  from: number,
  to: number,
): { readonly table: HuffmanTable; readonly end: number } {
  check(from < to, 'tree');
  const head = bytes[from]!;
  const isDirect = head >= 128;
  const end = from + 1 + (isDirect ? (head - 126) >> 1 : head);
  check(end <= to, 'tree');
  const weights = isDirect ? directWeights(bytes, from + 1, head - 127) : packedWeights(bytes, from + 1, end);
  return { table: buildTable(weights), end };
}

function directWeights(bytes: Bytes, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = bytes[from + (i >> 1)]!;
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  });
}

/** Two states take turns; the stream's end is in the middle of one's turn. */
function packedWeights(bytes: Bytes, from: number, to: number): number[] {
  const { table, end } = readFseTable(bytes, from, to, { accuracyLogMax: 6, symbolMax: 12 });
  const bits = new BackwardBits(bytes, end, to);
  let [state, other] = [bits.read(table.accuracyLog), bits.read(table.accuracyLog)];
  const weights: number[] = [];
  while (weights.length < WEIGHTS_MAX) {
    weights.push(table.symbols[state]!);
    const next = nextChecked(table, state, bits);
    if (next === null) {
      weights.push(table.symbols[other]!);
      return weights;
    }
    [state, other] = [other, next];
  }
  throw check(false, 'tree');
}

function nextChecked(table: FseTable, state: number, bits: BackwardBits): number | null {
  const next = nextState(table, state, bits);
  return bits.left < 0 ? null : next;
}

/** The last symbol's weight is what is missing to a power of two. */
function buildTable(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) sum += weight > 0 ? 1 << (weight - 1) : 0;
  check(sum > 0, 'tree');
  const bitsMax = 32 - Math.clz32(sum);
  check(bitsMax <= BITS_MAX, 'tree');
  const missing = (1 << bitsMax) - sum;
  check((missing & (missing - 1)) === 0, 'tree');
  return filled([...weights, 32 - Math.clz32(missing)], bitsMax);
}

/** Light weights (long codes) first, symbols of one weight in their order. */
function filled(weights: readonly number[], bitsMax: number): HuffmanTable {
  const symbols = new Uint8Array(1 << bitsMax);
  const bits = new Uint8Array(1 << bitsMax);
  let at = 0;
  for (let weight = 1; weight <= bitsMax; weight++) {
    const span = 1 << (weight - 1);
    for (let symbol = 0; symbol < weights.length; symbol++) {
      if (weights[symbol] !== weight) continue;
      symbols.fill(symbol, at, at + span);
      bits.fill(bitsMax + 1 - weight, at, at + span);
      at += span;
    }
  }
  check(at === 1 << bitsMax, 'tree');
  return { bitsMax, symbols, bits };
}

/** Decodes one stream, `bytes[from .. to)`, into `out[outFrom .. outTo)`, which it must fill exactly. */
export function decodeHuffman(
  table: HuffmanTable,
  source: { readonly bytes: Bytes; readonly from: number; readonly to: number },
  out: Bytes,
  outFrom: number,
  outTo: number,
): void {
  const stream = new BackwardBits(source.bytes, source.from, source.to);
  const { bitsMax, symbols, bits } = table;
  const mask = (1 << bitsMax) - 1;
  let state = stream.read(bitsMax);
  for (let at = outFrom; at < outTo; at++) {
    out[at] = symbols[state]!;
    const count = bits[state]!;
    state = ((state << count) & mask) | stream.read(count);
  }
  check(stream.left === -bitsMax, 'literals');
}
