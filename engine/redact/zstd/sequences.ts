/** Sequences section of a block (RFC 8878 section 3.1.1.3.2) and what it does to the output. */
import type { Bytes } from '../../../base/bytes.ts';
import { BackwardBits } from './backward-bits.ts';
import { check } from './damaged.ts';
import { buildFseTable, type FseTable, nextState, readFseTable, rleTable } from './fse.ts';

/** The three tables in use, for the next block may use them again. */
export interface Tables {
  literals: FseTable | null;
  offsets: FseTable | null;
  matches: FseTable | null;
}

/** What sequences work on. */
export interface Output {
  /** Memory: what is in front of `at` is the window. */
  readonly bytes: Bytes;
  at: number;
  /** The first byte that may be referred to. */
  readonly windowFrom: number;
  /** The last three offsets, the latest first. */
  readonly offsets: number[];
}

const BLOCK_MAX = 131_072;

/** `block[from .. length)`: the sequences; fills the output with literals and matches. */
export function runSequences(block: Bytes, from: number, literals: Bytes, tables: Tables, out: Output): void {
  const limit = out.at + BLOCK_MAX;
  const { count, end } = readCount(block, from);
  if (count === 0) {
    check(end === block.length, 'sequences');
    return copyLiterals(literals, 0, literals.length, out, limit);
  }
  const bits = new BackwardBits(block, readTables(block, end, tables), block.length);
  const used = execute(bits, count, { literals, tables, out, limit });
  check(bits.left === 0, 'sequences');
  copyLiterals(literals, used, literals.length, out, limit);
}

/** One to three bytes. */
function readCount(block: Bytes, from: number): { readonly count: number; readonly end: number } {
  check(from < block.length, 'sequences');
  const first = block[from]!;
  if (first < 128) return { count: first, end: from + 1 };
  check(from + (first < 255 ? 2 : 3) <= block.length, 'sequences');
  if (first < 255) return { count: ((first - 128) << 8) + block[from + 1]!, end: from + 2 };
  return { count: block[from + 1]! + (block[from + 2]! << 8) + 0x7f00, end: from + 3 };
}

interface Kind {
  readonly accuracyLogMax: number;
  readonly symbolMax: number;
  readonly usual: FseTable;
}

/** Modes byte | tables for literal lengths, offsets, match lengths. Gives where the bits begin. */
function readTables(block: Bytes, from: number, tables: Tables): number {
  check(from < block.length, 'sequences');
  const modes = block[from]!;
  check((modes & 3) === 0, 'sequences');
  let at = from + 1;
  const read = (mode: number, kind: Kind, last: FseTable | null): FseTable => {
    if (mode === 0) return kind.usual;
    if (mode === 3) {
      check(last !== null, 'sequences');
      return last;
    }
    if (mode === 1) {
      check(at < block.length && block[at]! <= kind.symbolMax, 'sequences');
      return rleTable(block[at++]!);
    }
    const { table, end } = readFseTable(block, at, block.length, kind);
    at = end;
    return table;
  };
  tables.literals = read(modes >> 6, LITERAL_LENGTHS, tables.literals);
  tables.offsets = read((modes >> 4) & 3, OFFSETS, tables.offsets);
  tables.matches = read((modes >> 2) & 3, MATCH_LENGTHS, tables.matches);
  return at;
}

/** Runs all sequences; gives how many literals they took. */
function execute(
  bits: BackwardBits,
  count: number,
  work: { readonly literals: Bytes; readonly tables: Tables; readonly out: Output; readonly limit: number },
): number {
  const { literals, out, limit } = work;
  const [ll, of, ml] = [work.tables.literals!, work.tables.offsets!, work.tables.matches!];
  let llState = bits.read(ll.accuracyLog);
  let ofState = bits.read(of.accuracyLog);
  let mlState = bits.read(ml.accuracyLog);
  let used = 0;
  for (let left = count; left > 0; left--) {
    const offsetCode = of.symbols[ofState]!;
    const mlCode = ml.symbols[mlState]!;
    const llCode = ll.symbols[llState]!;
    const value = 2 ** offsetCode + bits.readLong(offsetCode);
    const matchLength = ML_BASE[mlCode]! + bits.read(ML_BITS[mlCode]!);
    const literalLength = LL_BASE[llCode]! + bits.read(LL_BITS[llCode]!);
    check(bits.left >= 0 && used + literalLength <= literals.length, 'sequences');
    copyLiterals(literals, used, used + literalLength, out, limit);
    used += literalLength;
    copyMatch(out, offsetOf(value, literalLength, out.offsets), matchLength, limit);
    if (left === 1) break;
    llState = nextState(ll, llState, bits);
    mlState = nextState(ml, mlState, bits);
    ofState = nextState(of, ofState, bits);
  }
  return used;
}

/** Section 3.1.1.5: values up to 3 name one of the last offsets. */
function offsetOf(value: number, literalLength: number, last: number[]): number {
  if (value > 3) {
    last.unshift(value - 3);
    last.length = 3;
    return last[0]!;
  }
  const index = value - 1 + (literalLength === 0 ? 1 : 0);
  if (index === 0) return last[0]!;
  const offset = index === 3 ? last[0]! - 1 : last[index]!;
  if (index > 1) last[2] = last[1]!;
  last[1] = last[0]!;
  last[0] = offset;
  return offset;
}

function copyLiterals(literals: Bytes, from: number, to: number, out: Output, limit: number): void {
  check(out.at + to - from <= limit, 'block size');
  if (to - from > 32) out.bytes.set(literals.subarray(from, to), out.at);
  else for (let i = from, at = out.at; i < to; i++, at++) out.bytes[at] = literals[i]!;
  out.at += to - from;
}

/** Byte by byte where source and copy overlap: that is how repetitions are written. */
function copyMatch(out: Output, offset: number, length: number, limit: number): void {
  const { bytes, at } = out;
  check(offset > 0 && offset <= at - out.windowFrom && at + length <= limit, 'offset');
  const from = at - offset;
  if (offset >= length && length > 32) bytes.copyWithin(at, from, from + length);
  else for (let i = 0; i < length; i++) bytes[at + i] = bytes[from + i]!;
  out.at += length;
}

/** Codes of the lengths (section 3.1.1.3.2.1.1): extra bits, from which the bases follow. */
const LL_BITS: readonly number[] = [
  ...Array(16).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const ML_BITS: readonly number[] = [
  ...Array(32).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const LL_BASE: readonly number[] = [
  ...Array.from({ length: 16 }, (_, i) => i),
  16,
  18,
  20,
  22,
  24,
  28,
  32,
  40,
  48,
  64,
  128,
  256,
  512,
  1024,
  2048,
  4096,
  8192,
  16_384,
  32_768,
  65_536,
];
const ML_BASE: readonly number[] = [
  ...Array.from({ length: 32 }, (_, i) => i + 3),
  35,
  37,
  39,
  41,
  43,
  47,
  51,
  59,
  67,
  83,
  99,
  131,
  259,
  515,
  1027,
  2051,
  4099,
  8195,
  16_387,
  32_771,
  65_539,
];

/** Section 3.1.1.3.2.2: the tables that need no description. */
const LITERAL_LENGTHS: Kind = {
  accuracyLogMax: 9,
  symbolMax: 35,
  usual: buildFseTable(
    [
      4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
      -1, -1,
    ],
    6,
  ),
};
const MATCH_LENGTHS: Kind = {
  accuracyLogMax: 9,
  symbolMax: 52,
  usual: buildFseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array(37).fill(1), ...Array(7).fill(-1)], 6),
};
const OFFSETS: Kind = {
  accuracyLogMax: 8,
  symbolMax: 31,
  usual: buildFseTable(
    [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
    5,
  ),
};
