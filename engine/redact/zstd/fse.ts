/** Finite state entropy tables (RFC 8878 section 4.1). */
import type { Bytes } from '../../../base/bytes.ts';
import type { BackwardBits } from './backward-bits.ts';
import { check } from './damaged.ts';

/** By state: the symbol, and how the next state is made. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** A table of one symbol, which takes no bits. */
export function rleTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    bases: new Uint16Array(1),
  };
}

/** The state after `state`. */
export function nextState(table: FseTable, state: number, bits: BackwardBits): number {
  return table.bases[state]! + bits.read(table.bits[state]!);
}

/** Section 4.1.1: the description of a table at `from`; gives where it ends. */
export function readFseTable(
  bytes: Bytes,
  from: number,
  to: number,
  bounds: { readonly accuracyLogMax: number; readonly symbolMax: number },
): { readonly table: FseTable; readonly end: number } {
  const reader = new ForwardBits(bytes, from, to);
  const accuracyLog = reader.read(4) + 5;
  check(accuracyLog <= bounds.accuracyLogMax, 'table');
  const counts: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    check(counts.length <= bounds.symbolMax, 'table');
    const count = readCount(reader, remaining + 1);
    remaining -= Math.abs(count);
    counts.push(count);
    if (count === 0) readZeros(reader, counts, bounds.symbolMax);
  }
  check(remaining === 0, 'table');
  return { table: buildFseTable(counts, accuracyLog), end: reader.end() };
}

/** A probability: -1 means "less than one". Small values take one bit less. */
function readCount(reader: ForwardBits, values: number): number {
  const width = 32 - Math.clz32(values);
  const value = reader.peek(width);
  const lowMask = (1 << (width - 1)) - 1;
  const threshold = (1 << width) - 1 - values;
  const isShort = (value & lowMask) < threshold;
  reader.skip(isShort ? width - 1 : width);
  if (isShort) return (value & lowMask) - 1;
  return (value > lowMask ? value - threshold : value) - 1;
}

/** After a zero: how many more zeros follow, two bits at a time. */
function readZeros(reader: ForwardBits, counts: number[], symbolMax: number): void {
  for (let repeat = 3; repeat === 3; ) {
    repeat = reader.read(2);
    for (let i = 0; i < repeat; i++) counts.push(0);
    check(counts.length <= symbolMax + 1, 'table');
  }
}

/** Section 4.1.1: symbols spread over the states by their probabilities. */
export function buildFseTable(counts: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol;
    next[symbol] = Math.abs(count);
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position >= high);
    }
  });
  check(position === 0, 'table');
  return withTransitions(symbols, next, accuracyLog);
}

function withTransitions(symbols: Uint8Array, next: Uint16Array, accuracyLog: number): FseTable {
  const size = symbols.length;
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const number = next[symbols[state]!]!++;
    bits[state] = accuracyLog - (31 - Math.clz32(number));
    bases[state] = (number << bits[state]!) - size;
  }
  return { accuracyLog, symbols, bits, bases };
}

/** Bits from the start of a range on, the lowest of each byte first. */
class ForwardBits {
  readonly #bytes: Bytes;
  readonly #to: number;
  #position: number;

  constructor(bytes: Bytes, from: number, to: number) {
    this.#bytes = bytes;
    this.#to = to;
    this.#position = from * 8;
  }

  /** At most 24; beyond the end there are zeros. */
  peek(count: number): number {
    const at = this.#position >> 3;
    let word = 0;
    for (let i = 0; i < 4 && at + i < this.#to; i++) word |= this.#bytes[at + i]! << (8 * i);
    return (word >>> (this.#position & 7)) & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#position += count;
    check(this.#position <= this.#to * 8, 'table');
  }

  read(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  /** The offset of the first byte that is not begun. */
  end(): number {
    return (this.#position + 7) >> 3;
  }
}
