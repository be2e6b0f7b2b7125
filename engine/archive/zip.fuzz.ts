/** Zips made at random and then damaged: what is read of them is what was packed, or an error. */
import { crc32, deflateRawSync } from 'node:zlib';
import { type Bytes, equal, keep } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { fill, type Intake } from '../redact/intake.ts';
import { memorySource } from './source.ts';
import { zipMembers } from './zip.ts';

interface File {
  readonly name: string;
  readonly content: Bytes;
  readonly isDeflated: boolean;
}

const CONTENT_BYTES_MAX = 4000;

function filesOf(random: Random): File[] {
  return Array.from({ length: random.below(5) }, (_, i) => ({
    name: `${i}/${random.digits(random.below(20))}.log`,
    content: random.oneIn(5) ? new Uint8Array(0) : random.bytes(random.below(CONTENT_BYTES_MAX)),
    isDeflated: random.oneIn(2),
  }));
}

/** Local headers with their contents, the directory, its end; some with numbers in Zip64 fields. */
function pack(files: readonly File[], isWide: boolean): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const { name, content, isDeflated } of files) {
    const packed = isDeflated ? deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = entryOf({ name, content, isDeflated }, packed.length, at, isWide);
    locals.push(local, packed);
    entries.push(entry);
    at += local.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

function entryOf(
  { name, content, isDeflated }: File,
  packedBytes: number,
  at: number,
  isWide: boolean,
): Buffer {
  const entry = Buffer.alloc(46 + name.length + (isWide ? 28 : 0));
  const numbers = [content.length, packedBytes, at];
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(isDeflated ? 8 : 0, 10);
  entry.writeUInt32LE(crc32(content), 16);
  [24, 20, 42].forEach((field, i) => {
    entry.writeUInt32LE(isWide ? 0xffffffff : numbers[i]!, field);
  });
  entry.writeUInt16LE(name.length, 28);
  entry.write(name, 46);
  if (!isWide) return entry;
  const extra = 46 + name.length;
  entry.writeUInt16LE(28, 30);
  entry.writeUInt16LE(1, extra);
  entry.writeUInt16LE(24, extra + 2);
  numbers.forEach((number, i) => {
    entry.writeBigUInt64LE(BigInt(number), extra + 4 + 8 * i);
  });
  return entry;
}

async function contentOf(intake: Intake): Promise<Bytes> {
  const room = new Uint8Array(2 * CONTENT_BYTES_MAX);
  const { count, isEnd } = await fill(intake, room);
  if (!isEnd) throw new Error('more was read than was packed');
  return room.subarray(0, count);
}

/** What can be read; a PangateError in place of what cannot. */
async function unpack(zip: Bytes): Promise<{ name: string; content: Bytes }[]> {
  const read: { name: string; content: Bytes }[] = [];
  const all = intakeOf(zip);
  try {
    for await (const { name, open } of zipMembers(await memorySource(all, 10_000_000)))
      await open()
        .then(contentOf)
        .then((content) => read.push({ name, content }))
        .catch(expected);
  } catch (error) {
    expected(error);
  }
  return read;
}

function intakeOf(bytes: Bytes): Intake {
  let at = 0;
  return {
    async read(room) {
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      return part.length;
    },
  };
}

function expected(error: unknown): void {
  if (!(error instanceof PangateError)) throw error;
}

/** One byte is changed, some are cut out, or some come twice. */
function damage(random: Random, zip: Bytes): Bytes {
  const bytes = Buffer.from(zip);
  const at = random.below(bytes.length);
  const to = Math.min(bytes.length, at + 1 + random.below(40));
  if (random.oneIn(3)) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
  if (random.oneIn(3)) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
  bytes[at] = bytes[at]! ^ (1 + random.below(255));
  return bytes;
}

async function checkDamaged(files: readonly File[], zip: Bytes): Promise<void> {
  for (const { content } of await unpack(zip))
    if (content.length > 0 && !files.some((file) => equal(file.content, content)))
      throw new Error('content that was never packed');
}

export const fuzzer: Fuzzer = {
  name: 'zip',
  async round(random) {
    const files = filesOf(random);
    const zip = pack(files, random.oneIn(3));
    const read = await unpack(keep(zip));
    const isSame = files.every(
      ({ name, content }, i) => read[i]?.name === name && equal(read[i].content, content),
    );
    if (!isSame || read.length !== files.length) throw new Error('not what was packed');
    await checkDamaged(files, damage(random, zip));
  },
  /** A reader that believes whatever checksum comes: contents are exchanged after the fact. */
  async canary(random) {
    const files = filesOf(random);
    const others = files.map((file) => ({ ...file, content: random.bytes(file.content.length) }));
    await checkDamaged(files, pack(others, false));
  },
};
