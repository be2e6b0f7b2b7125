/**
 * Reads ZIP archives by their central directory (PKWARE APPNOTE.TXT 6.3.10, sections 4.3.6 to
 * 4.3.16): members that are stored or deflated, with Zip64 sizes. Nothing is written to disk.
 */
import { crc32, createInflateRaw } from 'node:zlib';
import { type Bytes, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { readThrough } from '../redact/compression.ts';
import type { Intake } from '../redact/intake.ts';
import { damaged, type Source, sliceIntake } from './source.ts';

const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const LOCATOR_BYTES = 20;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const DIRECTORY_BYTES_MAX = 67_108_864;
const [END, END64, LOCATOR, ENTRY, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];
const ENCRYPTED = 1;
const IS_UTF8 = 0x800;
/** Where this stands, a Zip64 field has the number. */
const ELSEWHERE = 0xffffffff;

/** One file in the archive. */
export interface ZipMember {
  readonly name: string;
  /** Its content; its reads throw where size or checksum are not as the directory says. */
  open(): Promise<Intake>;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  packed: number;
  size: number;
  at: number;
}

/** True for the first bytes of a ZIP archive, an empty one too. */
export function isZip(head: Bytes): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5) && head[3] === head[2]! + 1;
}

/** The files in the order of the directory. Throws `file-unreadable`. */
export async function* zipMembers(source: Source): AsyncGenerator<ZipMember> {
  const directory = await readDirectory(source);
  for (let at = 0; at < directory.length; ) {
    const { entry, next } = entryAt(directory, at);
    at = next;
    if (!entry.name.endsWith('/')) yield { name: entry.name, open: () => openEntry(source, entry) };
  }
}

async function readDirectory(source: Source): Promise<Buffer> {
  const tailAt = Math.max(0, source.size - END_BYTES - COMMENT_BYTES_MAX);
  const tail = buffer(await source.read(tailAt, source.size - tailAt));
  let end = tail.length - END_BYTES;
  while (end >= 0 && !(tail.readUInt32LE(end) === END && commentFits(tail, end))) end--;
  if (end < 0) throw damaged('it has no table of contents');
  let [size, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (at === ELSEWHERE || size === ELSEWHERE || tail.readUInt16LE(end + 10) === 0xffff)
    [size, at] = (await readEnd64(source, tailAt + end)) ?? [size, at];
  if (size > DIRECTORY_BYTES_MAX) throw new PangateError('limit-exceeded', 'a zip with too many files');
  return buffer(await source.read(at, size));
}

function commentFits(tail: Buffer, end: number): boolean {
  return end + END_BYTES + tail.readUInt16LE(end + 20) === tail.length;
}

/** Size and place of the directory, where Zip64 has them. */
async function readEnd64(source: Source, end: number): Promise<[number, number] | null> {
  if (end < LOCATOR_BYTES) return null;
  const locator = buffer(await source.read(end - LOCATOR_BYTES, LOCATOR_BYTES));
  if (locator.readUInt32LE(0) !== LOCATOR) return null;
  const record = buffer(await source.read(number64(locator, 8), 56));
  if (record.readUInt32LE(0) !== END64) throw damaged('its Zip64 end is not where it says');
  return [number64(record, 40), number64(record, 48)];
}

function entryAt(directory: Buffer, at: number): { entry: Entry; next: number } {
  if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY)
    throw damaged('its table of contents is cut');
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
    directory.readUInt16LE(at + field),
  );
  const extraAt = at + ENTRY_BYTES + nameBytes!;
  const next = extraAt + extraBytes! + commentBytes!;
  if (next > directory.length) throw damaged('its table of contents is cut');
  const flags = directory.readUInt16LE(at + 8);
  const name = directory.subarray(at + ENTRY_BYTES, extraAt);
  const entry = {
    name: (flags & IS_UTF8) !== 0 ? text(name) : name.toString('latin1'),
    flags,
    method: directory.readUInt16LE(at + 10),
    checksum: directory.readUInt32LE(at + 16),
    packed: directory.readUInt32LE(at + 20),
    size: directory.readUInt32LE(at + 24),
    at: directory.readUInt32LE(at + 42),
  };
  widen(entry, directory.subarray(extraAt, extraAt + extraBytes!));
  return { entry, next };
}

/** The Zip64 field holds, in this order, those numbers that did not fit. */
function widen(entry: Entry, extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let value = at + 4;
    for (const key of ['size', 'packed', 'at'] as const) {
      if (entry[key] !== ELSEWHERE) continue;
      if (value + 8 > extra.length) throw damaged('a Zip64 field is cut');
      entry[key] = number64(extra, value);
      value += 8;
    }
    return;
  }
}

async function openEntry(source: Source, entry: Entry): Promise<Intake> {
  if ((entry.flags & ENCRYPTED) !== 0) throw refused('it is encrypted', 'Unpack it with its password first.');
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw refused(`it is compressed by method ${entry.method}`, 'Unpack it first.');
  const local = buffer(await source.read(entry.at, LOCAL_BYTES));
  if (local.readUInt32LE(0) !== LOCAL) throw damaged('a file is not where the table of contents says');
  const from = entry.at + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = sliceIntake(source, from, from + entry.packed);
  return checked(entry.method === STORED ? packed : readThrough(packed, createInflateRaw()), entry);
}

/** Fails where a member is not as long as said, or not what was packed. */
function checked(intake: Intake, { size, checksum }: Entry): Intake {
  let count = 0;
  let sum = 0;
  return {
    async read(room) {
      const read = await intake.read(room);
      count += read;
      sum = crc32(room.subarray(0, read), sum);
      if (count > size || (read === 0 && count < size)) throw damaged('a file has not the size it should');
      if (read === 0 && sum !== checksum) throw damaged('a file has not the checksum it should');
      return read;
    },
  };
}

function refused(what: string, remedy: string): PangateError {
  return new PangateError('file-unreadable', what, remedy);
}

function number64(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(value)) throw damaged('a number is out of bounds');
  return value;
}

function buffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
