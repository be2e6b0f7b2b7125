/**
 * Reads tar archives as they stream by: ustar and pax (POSIX.1-2017, pax, "ustar Interchange
 * Format" and "pax Extended Header"), and the long names and large sizes of GNU tar.
 */
import { type Bytes, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { fill, type Intake } from '../redact/intake.ts';
import { damaged } from './source.ts';

const BLOCK_BYTES = 512;
const HEADER_BYTES_MAX = 1_048_576;
const MAGIC_AT = 257;
const CHECKSUM_AT = 148;

/** One file; its content must be read before the next one is asked for, or it is skipped. */
export interface TarMember {
  readonly name: string;
  readonly intake: Intake;
}

/** True for the first block of a tar archive. */
export function isTar(head: Bytes): boolean {
  if (head.length < BLOCK_BYTES || text(head.subarray(MAGIC_AT, MAGIC_AT + 5)) !== 'ustar') return false;
  return sumOf(head) === octal(head.subarray(CHECKSUM_AT, CHECKSUM_AT + 8));
}

/** The files in order. Throws `file-unreadable`. */
export async function* tarMembers(intake: Intake): AsyncGenerator<TarMember> {
  let said: Record<string, string> = {};
  for (let block = await blockOf(intake); block !== null; block = await blockOf(intake)) {
    const type = String.fromCharCode(block[156]!);
    const size =
      said['size'] !== undefined ? sizeOf(Number(said['size'])) : numberOf(block.subarray(124, 136));
    if ('xLKg'.includes(type)) {
      const header = await wholeOf(intake, size);
      if (type === 'x') said = { ...said, ...paxRecords(header) };
      if (type === 'L') said['path'] = untilZero(header);
      continue;
    }
    if (type === 'S' || said['GNU.sparse.major'] !== undefined)
      throw new PangateError('file-unreadable', 'a sparse file in a tar', 'Unpack it first.');
    const name = said['path'] ?? nameOf(block);
    said = {};
    const hasContent = !'123456'.includes(type);
    const content = new Content(intake, hasContent ? size : 0);
    if (hasContent && type !== '5' && !name.endsWith('/')) yield { name, intake: content };
    await content.skip();
  }
}

/** What is left of one member, and the padding after it. */
class Content implements Intake {
  readonly #intake: Intake;
  #left: number;
  readonly #padding: number;

  constructor(intake: Intake, size: number) {
    this.#intake = intake;
    this.#left = size;
    this.#padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
  }

  async read(room: Bytes): Promise<number> {
    if (this.#left === 0) return 0;
    const count = await this.#intake.read(room.subarray(0, Math.min(room.length, this.#left)));
    if (count === 0) throw damaged('it ends inside a file');
    this.#left -= count;
    return count;
  }

  async skip(): Promise<void> {
    const room = new Uint8Array(Math.min(65_536, Math.max(1, this.#left)));
    while ((await this.read(room)) > 0);
    if ((await fill(this.#intake, new Uint8Array(this.#padding))).isEnd && this.#padding > 0)
      throw damaged('it ends inside a file');
  }
}

/** The next header; null at the end, which is a block of zeros or the end of the bytes. */
async function blockOf(intake: Intake): Promise<Bytes | null> {
  const block = new Uint8Array(BLOCK_BYTES);
  const { count } = await fill(intake, block);
  if (count === 0 || (count === BLOCK_BYTES && block.every((byte) => byte === 0))) return null;
  if (count < BLOCK_BYTES) throw damaged('it ends inside a header');
  if (sumOf(block) !== octal(block.subarray(CHECKSUM_AT, CHECKSUM_AT + 8)))
    throw damaged('a header has not the checksum it should');
  return block;
}

async function wholeOf(intake: Intake, size: number): Promise<Bytes> {
  if (size > HEADER_BYTES_MAX) throw new PangateError('limit-exceeded', 'a tar header that is too long');
  const content = new Content(intake, size);
  const bytes = new Uint8Array(size);
  await fill(content, bytes);
  await content.skip();
  return bytes;
}

/** `length key=value\n` over and over. */
function paxRecords(header: Bytes): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < header.length; ) {
    const space = header.indexOf(0x20, at);
    const length = Number(text(header.subarray(at, space)));
    if (space < 0 || !(length > space - at + 1) || at + length > header.length)
      throw damaged('a pax record is cut');
    const [, key, value] = /^([^=]+)=(.*)\n$/s.exec(text(header.subarray(space + 1, at + length))) ?? [];
    if (key === undefined) throw damaged('a pax record is malformed');
    records[key] = value!;
    at += length;
  }
  return records;
}

function nameOf(block: Bytes): string {
  const name = untilZero(block.subarray(0, 100));
  const isPosix = block[MAGIC_AT + 5] === 0;
  const prefix = isPosix ? untilZero(block.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** Octal digits, or with the highest bit set a binary number. */
function numberOf(field: Bytes): number {
  if ((field[0]! & 0x80) === 0) return octal(field);
  return sizeOf(field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0]! & 0x7f));
}

function octal(field: Bytes): number {
  const digits = untilZero(field).trim();
  if (!/^[0-7]*$/.test(digits)) return sizeOf(Number.NaN);
  return Number.parseInt(digits || '0', 8);
}

function sizeOf(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw damaged('a number is out of bounds');
  return value;
}

/** Of all bytes, those of the checksum itself as spaces. */
function sumOf(block: Bytes): number {
  let sum = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? 0x20 : block[i]!;
  return sum;
}

function untilZero(bytes: Bytes): string {
  const end = bytes.indexOf(0);
  return text(end < 0 ? bytes : bytes.subarray(0, end));
}
