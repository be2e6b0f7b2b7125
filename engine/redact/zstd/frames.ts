/**
 * Zstandard frames (RFC 8878) from an intake, decoded block by block: memory is the window and
 * one block, whatever the frame's size. For redaction of files that other tools have written;
 * recordings have a reader of their own.
 */
import { type Bytes, NO_BYTES } from '../../../base/bytes.ts';
import { fill, type Intake, move } from '../intake.ts';
import { check } from './damaged.ts';
import type { HuffmanTable } from './huffman.ts';
import { readLiterals } from './literals.ts';
import { type Output, runSequences, type Tables } from './sequences.ts';
import { Xxh64 } from './xxh64.ts';

const MAGIC = 0xfd2fb528;
/** 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE = 0x184d2a5;
const BLOCK_MAX = 131_072;
/** As the zstd tool takes without being asked for more. */
const WINDOW_MAX = 134_217_728;
/** Blocks that fit behind the window before it is moved to the front. */
const SLACK_BLOCKS = 8;

/** The content of all frames. Throws `file-unreadable` from its reads. */
export function zstdIntake(intake: Intake): Intake {
  const blocks = contents(intake);
  let left: Bytes = NO_BYTES;
  return {
    async read(room) {
      while (left.length === 0) {
        const next = await blocks.next();
        if (next.done) return 0;
        left = next.value;
      }
      const count = move(left, room);
      left = left.subarray(count);
      return count;
    },
  };
}

/** Pieces that are valid until the next one is asked for. */
async function* contents(intake: Intake): AsyncGenerator<Bytes> {
  for (;;) {
    const head = await exactly(intake, 4, true);
    if (head.length === 0) return;
    const magic = uint32(head);
    if (magic === MAGIC) yield* frame(intake);
    else {
      check(magic >>> 4 === SKIPPABLE, 'unknown frame');
      await skip(intake, uint32(await exactly(intake, 4)));
    }
  }
}

interface Head {
  readonly windowBytes: number;
  readonly contentBytes: number | null;
  readonly isSummed: boolean;
}

async function* frame(intake: Intake): AsyncGenerator<Bytes> {
  const head = await readHead(intake);
  const window = new Window(head.windowBytes);
  const sum = head.isSummed ? new Xxh64() : null;
  let total = 0;
  for (let isLast = false; !isLast; ) {
    const [a, b, c] = await exactly(intake, 3);
    const bits = a! | (b! << 8) | (c! << 16);
    isLast = (bits & 1) === 1;
    const content = await readBlock(intake, (bits >> 1) & 3, bits >> 3, window);
    sum?.update(content);
    total += content.length;
    if (content.length > 0) yield content;
  }
  check(head.contentBytes === null || head.contentBytes === total, 'content size');
  if (sum) check(uint32(await exactly(intake, 4)) === sum.low(), 'checksum');
}

/** Descriptor | window byte | dictionary id | content size (section 3.1.1.1). */
async function readHead(intake: Intake): Promise<Head> {
  const descriptor = (await exactly(intake, 1))[0]!;
  check((descriptor & 8) === 0, 'reserved bit');
  const isSingle = (descriptor & 32) !== 0;
  const windowByte = isSingle ? 0 : (await exactly(intake, 1))[0]!;
  const dictionary = await exactly(intake, [0, 1, 2, 4][descriptor & 3]!);
  check(
    dictionary.every((byte) => byte === 0),
    'a dictionary is needed',
  );
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const size = await exactly(intake, sizeBytes);
  const contentBytes = sizeBytes === 0 ? null : number(size) + (sizeBytes === 2 ? 256 : 0);
  const base = 2 ** (10 + (windowByte >> 3));
  const windowBytes = isSingle ? contentBytes! : base + (base / 8) * (windowByte & 7);
  check(windowBytes <= WINDOW_MAX, 'a window of more than 128 MiB');
  return { windowBytes, contentBytes, isSummed: (descriptor & 4) !== 0 };
}

/** What one frame has said so far, as far as it may be referred to. */
class Window {
  readonly offsets: number[] = [1, 4, 8];
  readonly tables: Tables = { literals: null, offsets: null, matches: null };
  huffman: HuffmanTable | null = null;
  readonly #windowBytes: number;
  #bytes: Uint8Array = new Uint8Array(2 * BLOCK_MAX);
  #at = 0;

  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  /** Lets `work` append one block; gives what it has appended. */
  append(work: (out: Output) => void): Bytes {
    this.#makeRoom();
    const from = this.#at;
    const windowFrom = Math.max(0, from - this.#windowBytes);
    const out: Output = { bytes: this.#bytes, at: from, windowFrom, offsets: this.offsets };
    work(out);
    this.#at = out.at;
    return this.#bytes.subarray(from, this.#at);
  }

  /** Room for one block: memory grows with the content up to the window, then the window moves. */
  #makeRoom(): void {
    if (this.#at + BLOCK_MAX <= this.#bytes.length) return;
    const kept = this.#bytes.subarray(Math.max(0, this.#at - this.#windowBytes), this.#at);
    const most = this.#windowBytes + SLACK_BLOCKS * BLOCK_MAX;
    const size = Math.max(kept.length + BLOCK_MAX, Math.min(most, this.#bytes.length * 2));
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(size);
      larger.set(kept);
      this.#bytes = larger;
    } else this.#bytes.copyWithin(0, this.#at - kept.length, this.#at);
    this.#at = kept.length;
  }
}

/** Raw, one byte repeated, or compressed (section 3.1.1.2). */
async function readBlock(intake: Intake, type: number, size: number, window: Window): Promise<Bytes> {
  check(type !== 3 && size <= BLOCK_MAX, 'block');
  const block = await exactly(intake, type === 1 ? 1 : size);
  return window.append((out) => {
    if (type === 2) {
      const literals = readLiterals(block, window.huffman);
      window.huffman = literals.table;
      return runSequences(block, literals.end, literals.bytes, window.tables, out);
    }
    if (type === 1) out.bytes.fill(block[0]!, out.at, out.at + size);
    else out.bytes.set(block, out.at);
    out.at += size;
  });
}

/** So many bytes; none at all if the input may end here and does. */
async function exactly(intake: Intake, bytes: number, mayEnd = false): Promise<Bytes> {
  const room = new Uint8Array(bytes);
  const { count } = await fill(intake, room);
  check(count === bytes || (mayEnd && count === 0), 'cut off');
  return room.subarray(0, count);
}

async function skip(intake: Intake, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) left -= (await exactly(intake, Math.min(left, BLOCK_MAX))).length;
}

function uint32(bytes: Bytes): number {
  return number(bytes.subarray(0, 4));
}

function number(bytes: Bytes): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
  return value;
}
