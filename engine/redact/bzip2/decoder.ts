/**
 * bzip2 streams, one behind the other, as any bzip2 writes them. There is no specification but the
 * program (bzip2 1.0.8, decompress.c); the names are its.
 */
import { type Bytes, NO_BYTES } from '../../../base/bytes.ts';
import { type Intake, move } from '../intake.ts';
import { BitReader } from './bit-reader.ts';
import { combined, crcOf } from './crc.ts';
import { check } from './damaged.ts';

const GROUP_SYMBOLS = 50;
const CODE_BITS_MAX = 20;
const OUT_BYTES = 262_144;

/** The content of all streams. Throws `file-unreadable` from its reads. */
export function bzip2Intake(intake: Intake): Intake {
  const pieces = contents(new BitReader(intake));
  let left: Bytes = NO_BYTES;
  return {
    async read(room) {
      while (left.length === 0) {
        const next = await pieces.next();
        if (next.done) return 0;
        left = next.value;
      }
      const count = move(left, room);
      left = left.subarray(count);
      return count;
    },
  };
}

/** `BZh`, a digit, blocks, the end's mark and checksum. */
async function* contents(bits: BitReader): AsyncGenerator<Bytes> {
  while (await bits.prepare()) {
    check(bits.read(24) === 0x425a68, 'head');
    const level = bits.read(8) - 0x30;
    check(level >= 1 && level <= 9, 'head');
    yield* stream(bits, level * 100_000);
  }
}

async function* stream(bits: BitReader, blockMax: number): AsyncGenerator<Bytes> {
  let sum = 0;
  for (;;) {
    await bits.prepare();
    const [high, low] = [bits.read(24), bits.read(24)];
    const crc = (bits.read(16) << 16) | bits.read(16);
    if (high === 0x177245 && low === 0x385090) {
      check(crc === sum, 'checksum');
      return bits.align();
    }
    check(high === 0x314159 && low === 0x265359, 'block head');
    let actual = -1;
    for (const piece of unrun(readBlock(bits, blockMax))) {
      actual = crcOf(actual, piece);
      yield piece;
    }
    check(~actual === crc, 'checksum');
    sum = combined(sum, crc);
  }
}

/** A block after the inverse of its sorting: links from each byte to the next. */
interface Sorted {
  /** Byte in the low 8 bits, the next index in the others. */
  readonly links: Uint32Array;
  readonly count: number;
  readonly start: number;
}

/** randomised flag | origin 24 bits | symbols in use | tables | selectors | codes. */
function readBlock(bits: BitReader, blockMax: number): Sorted {
  check(bits.read(1) === 0, 'a randomised block');
  const origin = bits.read(24);
  const used = readUsed(bits);
  const tables = bits.read(3);
  check(tables >= 2 && tables <= 6, 'tables');
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCode(bits, used.length + 2));
  const links = new Uint32Array(blockMax);
  const counts = new Uint32Array(256);
  const count = readSymbols(bits, { used, selectors, codes, links, counts });
  check(origin < count, 'origin');
  let sum = 0;
  const places = counts.map((number) => {
    sum += number;
    return sum - number;
  });
  for (let i = 0; i < count; i++) links[places[links[i]! & 0xff]!++]! |= i << 8;
  return { links, count, start: links[origin]! >>> 8 };
}

/** Which of the 256 bytes occur: 16 bits for groups, 16 bits for each group in use. */
function readUsed(bits: BitReader): number[] {
  const groups = bits.read(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let i = 0; i < 16; i++) if (members & (0x8000 >> i)) used.push(group * 16 + i);
  }
  check(used.length > 0, 'symbols');
  return used;
}

/** Which table each group of 50 symbols uses; moved to front, in unary. */
function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const count = bits.read(15);
  check(count > 0, 'selectors');
  const order = Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (bits.read(1) === 1) check(++place < tables, 'selectors');
    order.unshift(...order.splice(place, 1));
    return order[0]!;
  });
}

/** A canonical code, to be read bit by bit from the shortest length on. */
interface Code {
  readonly bitsMin: number;
  /** By length: the last code, and what takes a code to its place in `symbols`. */
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

/** Length of the first code in 5 bits, then the differences: 0 done, 10 one more, 11 one less. */
function readCode(bits: BitReader, symbols: number): Code {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 1 ? -1 : 1;
      check(length >= 1 && length <= CODE_BITS_MAX, 'code');
    }
    check(length >= 1 && length <= CODE_BITS_MAX, 'code');
    lengths[symbol] = length;
  }
  return buildCode(lengths);
}

function buildCode(lengths: Uint8Array): Code {
  const limits = new Int32Array(CODE_BITS_MAX + 2).fill(-1);
  const bases = new Int32Array(CODE_BITS_MAX + 2);
  const order = new Uint16Array(lengths.length);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    bases[length] = place - code;
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === length) {
        order[place++] = symbol;
        code++;
      }
    limits[length] = code - 1;
    code <<= 1;
  }
  return { bitsMin: Math.min(...lengths), limits, bases, symbols: order };
}

function readSymbol(bits: BitReader, { bitsMin, limits, bases, symbols }: Code): number {
  let length = bitsMin;
  let code = bits.read(length);
  while (code > limits[length]!) {
    check(++length <= CODE_BITS_MAX, 'code');
    code = (code << 1) | bits.read(1);
  }
  const place = code + bases[length]!;
  check(place >= 0 && place < symbols.length, 'code');
  return symbols[place]!;
}

/** Runs of the front byte (RUNA, RUNB: a number in bijective base 2) and moves to the front. */
function readSymbols(
  bits: BitReader,
  block: {
    readonly used: readonly number[];
    readonly selectors: Uint8Array;
    readonly codes: readonly Code[];
    readonly links: Uint32Array;
    readonly counts: Uint32Array;
  },
): number {
  const { used, selectors, codes, links, counts } = block;
  const front = Uint8Array.from(used);
  let [count, run, weight] = [0, 0, 1];
  for (let i = 0; ; i++) {
    const group = Math.floor(i / GROUP_SYMBOLS);
    check(group < selectors.length, 'selectors');
    const symbol = readSymbol(bits, codes[selectors[group]!]!);
    if (symbol < 2) {
      run += weight << symbol;
      weight <<= 1;
      check(run <= links.length, 'run');
      continue;
    }
    check(count + run + 1 <= links.length || symbol > used.length, 'block size');
    check(count + run <= links.length, 'block size');
    links.fill(front[0]!, count, count + run);
    counts[front[0]!]! += run;
    count += run;
    [run, weight] = [0, 1];
    if (symbol > used.length) return count;
    const byte = front[symbol - 1]!;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = byte;
    links[count++] = byte;
    counts[byte]!++;
  }
}

/** The first run coding undone: four equal bytes are followed by how many more there are. */
function* unrun({ links, count, start }: Sorted): Generator<Bytes> {
  const out = new Uint8Array(OUT_BYTES + 256);
  let [at, last, equal, place] = [0, -1, 0, start];
  for (let i = 0; i < count; i++) {
    const link = links[place]!;
    const byte = link & 0xff;
    place = link >>> 8;
    if (equal === 4) {
      out.fill(last, at, at + byte);
      at += byte;
      [equal, last] = [0, -1];
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
      out[at++] = byte;
    }
    if (at < OUT_BYTES) continue;
    yield out.slice(0, at);
    at = 0;
  }
  yield out.subarray(0, at);
}
