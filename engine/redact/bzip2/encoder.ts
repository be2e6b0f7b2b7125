/** bzip2 streams written as bzip2 1.0.8 does (compress.c): the same stages, tables chosen as there. */
import type { Bytes } from '../../../base/bytes.ts';
import type { Outlet } from '../outlet.ts';
import { BitWriter } from './bit-writer.ts';
import { codeLengths } from './code-lengths.ts';
import { combined, crcOf } from './crc.ts';
import { suffixArray } from './suffixes.ts';

/** Of level 9, less what a run may overshoot. */
const BLOCK_MAX = 900_000 - 19;
const RUN_MAX = 255;
const GROUP_SYMBOLS = 50;
const CODE_BITS_MAX = 17;
const ROUNDS = 4;

/** Compresses what is written; `end` completes the stream. */
export function bzip2Outlet(outlet: Outlet): Outlet {
  const bits = new BitWriter();
  const block = new Block();
  let sum = 0;
  bits.write(24, 0x425a68);
  bits.write(8, 0x39);
  const flush = (): void => {
    if (block.length === 0) return;
    sum = combined(sum, block.crc);
    writeBlock(bits, block.bytes(), block.crc);
    block.clear();
  };
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        at += block.add(bytes.subarray(at));
        if (at < bytes.length) flush();
      }
      await outlet.write(bits.take());
    },
    async end() {
      flush();
      for (const [count, value] of [
        [24, 0x177245],
        [24, 0x385090],
        [16, sum >>> 16],
        [16, sum & 0xffff],
      ] as const)
        bits.write(count, value);
      bits.align();
      await outlet.write(bits.take());
      await outlet.end();
    },
  };
}

/** A block in the making, after the first run coding. */
class Block {
  readonly #bytes: Uint8Array = new Uint8Array(900_000);
  length = 0;
  #crc = -1;
  #last = -1;
  #run = 0;

  /** The complement, as it is written. */
  get crc(): number {
    return ~this.#crc;
  }

  /** Takes as much as fits; gives how much. */
  add(bytes: Bytes): number {
    let at = 0;
    for (; at < bytes.length && this.length < BLOCK_MAX; at++) this.#put(bytes[at]!);
    this.#crc = crcOf(this.#crc, bytes.subarray(0, at));
    return at;
  }

  /** The block's bytes: valid until it is cleared. */
  bytes(): Bytes {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    this.#crc = -1;
    this.#last = -1;
    this.#run = 0;
  }

  /** From the fourth equal byte on there is a count of the ones that follow. */
  #put(byte: number): void {
    if (byte !== this.#last || this.#run === RUN_MAX) {
      this.#last = byte;
      this.#run = 0;
    }
    this.#run++;
    if (this.#run <= 4) this.#bytes[this.length++] = byte;
    if (this.#run === 4) this.#bytes[this.length++] = 0;
    if (this.#run > 4) this.#bytes[this.length - 1]!++;
  }
}

function writeBlock(bits: BitWriter, bytes: Bytes, crc: number): void {
  const { last, origin } = sorted(bytes);
  const used = [...new Set(last)].sort((left, right) => left - right);
  const symbols = movedToFront(last, used);
  for (const [count, value] of [
    [24, 0x314159],
    [24, 0x265359],
    [16, crc >>> 16],
    [16, crc & 0xffff],
    [1, 0],
    [24, origin],
  ] as const)
    bits.write(count, value);
  writeUsed(bits, used);
  const { selectors, tables } = chooseTables(symbols, used.length + 2);
  bits.write(3, tables.length);
  bits.write(15, selectors.length);
  writeSelectors(bits, selectors, tables.length);
  for (const table of tables) writeLengths(bits, table);
  writeSymbols(bits, symbols, selectors, tables);
}

/** The last column of all rotations in order, and which row is the text itself. */
function sorted(bytes: Bytes): { readonly last: Bytes; readonly origin: number } {
  const n = bytes.length;
  const twice = new Int32Array(2 * n + 1);
  for (let i = 0; i < n; i++) twice[i] = twice[n + i] = bytes[i]! + 1;
  const order = suffixArray(twice, 257);
  const last = new Uint8Array(n);
  let [row, origin] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    const at = order[i]!;
    if (at >= n) continue;
    if (at === 0) origin = row;
    last[row++] = bytes[at === 0 ? n - 1 : at - 1]!;
  }
  return { last, origin };
}

/** Places in a list that brings each byte to its front; runs of the front one as numbers. Ends with the end's symbol. */
function movedToFront(last: Bytes, used: readonly number[]): Uint16Array {
  const front = Uint8Array.from(used);
  const symbols = new Uint16Array(last.length + 1);
  let [count, run] = [0, 0];
  const writeRun = (): void => {
    for (; run > 0; run = (run - 1) >> 1) symbols[count++] = (run - 1) & 1;
  };
  for (let i = 0; i < last.length; i++) {
    const byte = last[i]!;
    const place = front[0] === byte ? 0 : front.indexOf(byte);
    if (place === 0) {
      run++;
      continue;
    }
    writeRun();
    front.copyWithin(1, 0, place);
    front[0] = byte;
    symbols[count++] = place + 1;
  }
  writeRun();
  symbols[count++] = used.length + 1;
  return symbols.subarray(0, count);
}

/** Two to six codes; each group of 50 symbols takes the one that is cheapest for it. */
function chooseTables(
  symbols: Uint16Array,
  alphabet: number,
): { readonly selectors: Uint8Array; readonly tables: readonly Uint8Array[] } {
  const count = [200, 600, 1200, 2400].filter((limit) => symbols.length >= limit).length + 2;
  let tables = startTables(symbols, alphabet, count);
  let selectors: Uint8Array = new Uint8Array(0);
  for (let round = 0; round < ROUNDS; round++) {
    selectors = cheapest(symbols, tables);
    tables = tables.map((_, table) =>
      codeLengths(weightsOf(symbols, selectors, table, alphabet), CODE_BITS_MAX),
    );
  }
  return { selectors: cheapest(symbols, tables), tables };
}

/** At first each table is for a stretch of the alphabet with its share of all symbols. */
function startTables(symbols: Uint16Array, alphabet: number, count: number): Uint8Array[] {
  const weights = new Uint32Array(alphabet);
  for (const symbol of symbols) weights[symbol]!++;
  let [from, left] = [0, symbols.length];
  return Array.from({ length: count }, (_, table) => {
    const share = left / (count - table);
    let [to, sum] = [from, 0];
    while (to < alphabet && (sum < share || to === from)) sum += weights[to++]!;
    const lengths = Uint8Array.from({ length: alphabet }, (_, symbol) =>
      symbol >= from && symbol < to ? 1 : 15,
    );
    [from, left] = [to, left - sum];
    return lengths;
  });
}

function cheapest(symbols: Uint16Array, tables: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(symbols.length / GROUP_SYMBOLS) }, (_, group) => {
    const [from, to] = [group * GROUP_SYMBOLS, Math.min(symbols.length, (group + 1) * GROUP_SYMBOLS)];
    let [best, bestCost] = [0, Number.POSITIVE_INFINITY];
    tables.forEach((lengths, table) => {
      let cost = 0;
      for (let i = from; i < to; i++) cost += lengths[symbols[i]!]!;
      if (cost < bestCost) [best, bestCost] = [table, cost];
    });
    return best;
  });
}

function weightsOf(symbols: Uint16Array, selectors: Uint8Array, table: number, alphabet: number): number[] {
  const weights = new Array<number>(alphabet).fill(0);
  selectors.forEach((selected, group) => {
    if (selected !== table) return;
    const to = Math.min(symbols.length, (group + 1) * GROUP_SYMBOLS);
    for (let i = group * GROUP_SYMBOLS; i < to; i++) weights[symbols[i]!]!++;
  });
  return weights;
}

function writeUsed(bits: BitWriter, used: readonly number[]): void {
  const members = new Array<number>(16).fill(0);
  for (const byte of used) members[byte >> 4]! |= 0x8000 >> (byte & 15);
  bits.write(
    16,
    members.reduce((groups, member, i) => (member > 0 ? groups | (0x8000 >> i) : groups), 0),
  );
  for (const member of members) if (member > 0) bits.write(16, member);
}

function writeSelectors(bits: BitWriter, selectors: Uint8Array, tables: number): void {
  const order = Array.from({ length: tables }, (_, i) => i);
  for (const selector of selectors) {
    const place = order.indexOf(selector);
    for (let i = 0; i < place; i++) bits.write(1, 1);
    bits.write(1, 0);
    order.unshift(...order.splice(place, 1));
  }
}

function writeLengths(bits: BitWriter, lengths: Uint8Array): void {
  let length = lengths[0]!;
  bits.write(5, length);
  for (const next of lengths) {
    for (; length < next; length++) bits.write(2, 2);
    for (; length > next; length--) bits.write(2, 3);
    bits.write(1, 0);
  }
}

function writeSymbols(
  bits: BitWriter,
  symbols: Uint16Array,
  selectors: Uint8Array,
  tables: readonly Uint8Array[],
): void {
  const codes = tables.map(canonical);
  for (let i = 0; i < symbols.length; i++) {
    const table = selectors[Math.floor(i / GROUP_SYMBOLS)]!;
    bits.write(tables[table]![symbols[i]!]!, codes[table]![symbols[i]!]!);
  }
}

/** Codes by length, and by symbol within one length. */
function canonical(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === length) codes[symbol] = code++;
    code <<= 1;
  }
  return codes;
}
