/** Tars made at random, read in steps of any size, cut and damaged: nothing is made up and nothing hangs. */
import { type Bytes, equal, join, keep, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { fill, type Intake } from '../redact/intake.ts';
import { tarMembers } from './tar.ts';

interface File {
  readonly name: string;
  readonly content: Bytes;
}

const BLOCK_BYTES = 512;
const CONTENT_BYTES_MAX = 2000;

function filesOf(random: Random): File[] {
  return Array.from({ length: random.below(5) }, (_, i) => ({
    name: `${i}/${random.digits(random.below(random.oneIn(3) ? 300 : 60))}.log`,
    content: random.oneIn(5) ? new Uint8Array(0) : random.bytes(random.below(CONTENT_BYTES_MAX)),
  }));
}

function pack(random: Random, files: readonly File[]): Bytes {
  const parts = files.flatMap((file) => {
    const isLong = file.name.length > 100;
    const isPax = random.oneIn(2);
    const before = !isLong ? [] : isPax ? paxOf(file) : block('L', '././@LongLink', utf8(`${file.name}\0`));
    return [...before, ...block('0', file.name.slice(0, 100), file.content)];
  });
  return join([...parts, new Uint8Array(2 * BLOCK_BYTES)]);
}

/** A pax header with the path, and the size over again. */
function paxOf({ name, content }: File): Bytes[] {
  const records = [`path=${name}\n`, `size=${content.length}\n`].map((record) => {
    let length = record.length + 2;
    while (`${length} ${record}`.length !== length) length++;
    return `${length} ${record}`;
  });
  return block('x', 'PaxHeader', utf8(records.join('')));
}

/** A header and its content, filled up to whole blocks. */
function block(type: string, name: string, content: Bytes): Bytes[] {
  const head = Buffer.alloc(BLOCK_BYTES);
  head.write(name, 0, 'latin1');
  head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('        ', 148);
  head.write(type, 156);
  head.write('ustar\x0000', 257);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const padding = (BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return [head, content, new Uint8Array(padding)];
}

/** Gives at most `step` bytes at a time, and after its end what `more` says. */
function intakeOf(bytes: Bytes, step: number): Intake {
  let at = 0;
  return {
    async read(room) {
      const part = bytes.subarray(at, at + Math.min(step, room.length));
      room.set(part);
      at += part.length;
      return part.length;
    },
  };
}

/** What was read whole, and whether all of it was. */
async function unpack(intake: Intake): Promise<{ files: File[]; isWhole: boolean }> {
  const files: File[] = [];
  try {
    for await (const { name, intake: content } of tarMembers(intake)) {
      const room = new Uint8Array(100_000);
      const { count } = await fill(content, room);
      files.push({ name, content: room.subarray(0, count) });
    }
    return { files, isWhole: true };
  } catch (error) {
    if (error instanceof PangateError) return { files, isWhole: false };
    throw error;
  }
}

function checkBeginning(read: readonly File[], packed: readonly File[]): void {
  const isSame = read.every(
    ({ name, content }, i) =>
      packed[i] !== undefined && packed[i].name === name && equal(packed[i].content, content),
  );
  if (!isSame) throw new Error('not what was packed');
}

export const fuzzer: Fuzzer = {
  name: 'tar',
  async round(random) {
    const files = filesOf(random);
    const tar = pack(random, files);
    const whole = await unpack(intakeOf(tar, 1 + random.below(1500)));
    checkBeginning(whole.files, files);
    if (!whole.isWhole || whole.files.length !== files.length) throw new Error('not all that was packed');
    const cut = await unpack(intakeOf(tar.subarray(0, random.below(tar.length)), 1 + random.below(1500)));
    checkBeginning(cut.files, files);
    const damaged = keep(tar);
    for (let i = random.below(4); i >= 0; i--)
      damaged[random.below(damaged.length)]! ^= 1 + random.below(255);
    await unpack(intakeOf(damaged, 1000));
  },
  /** A reader that takes zeros for what is missing. */
  async canary(random) {
    const files = filesOf(random);
    const tar = pack(random, files);
    tar.fill(0, random.below(tar.length));
    checkBeginning((await unpack(intakeOf(tar, 1000))).files, files);
  },
};
