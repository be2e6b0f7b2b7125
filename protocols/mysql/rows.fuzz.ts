/** Results at random, in steps of any size and damaged: the rows that were sent, or an error; never a hang. */
import { type Bytes, equal, join, keep } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import { packets, ScriptedWire } from '../../test/mysql/scripted-wire.ts';
import type { Random } from '../../test/random.ts';
import { PacketWire } from './packet.ts';
import { all, type Row } from './query.ts';

const END = Uint8Array.of(0xfe, 0, 0, 2, 0);

function rowsOf(random: Random): (Bytes | null)[][] {
  const columns = 1 + random.below(5);
  const cell = (): Bytes | null =>
    random.oneIn(6) ? null : random.bytes(random.below(random.oneIn(20) ? 70_000 : 300));
  return Array.from({ length: random.below(12) }, () => Array.from({ length: columns }, cell));
}

function encoded(cell: Bytes | null): Bytes {
  if (cell === null) return Uint8Array.of(0xfb);
  const { length } = cell;
  if (length < 0xfb) return join([Uint8Array.of(length), cell]);
  const wide =
    length < 0x10000
      ? [0xfc, length & 0xff, length >> 8]
      : [0xfd, length & 0xff, (length >> 8) & 0xff, length >> 16];
  return join([Uint8Array.from(wide), cell]);
}

/** Number of columns, their definitions, an end; rows, an end. */
function script(rows: readonly (Bytes | null)[][]): Bytes {
  const columns = rows[0]?.length ?? 1;
  const definitions = Array.from({ length: columns }, () => Uint8Array.of(3, 0x64, 0x65, 0x66));
  const data = rows.map((row) => join(row.map(encoded)));
  return packets([Uint8Array.of(columns), ...definitions, END, ...data, END], 1);
}

function read(bytes: Bytes, step: number): Promise<readonly Row[]> {
  return all(new PacketWire(new ScriptedWire(bytes, step)), 'SELECT 1');
}

function check(sent: readonly Row[], read: readonly Row[]): void {
  const isSame =
    read.length === sent.length &&
    sent.every(
      (row, i) => row.length === read[i]!.length && row.every((cell, j) => isEqual(cell, read[i]![j]!)),
    );
  if (!isSame) throw new Error('not the rows that were sent');
}

function isEqual(left: Bytes | null, right: Bytes | null): boolean {
  return left === null || right === null ? left === right : equal(left, right);
}

export const fuzzer: Fuzzer = {
  name: 'mysql-rows',
  async round(random) {
    const rows = rowsOf(random);
    const bytes = script(rows);
    check(rows, await read(bytes, 1 + random.below(5000)));
    const damaged = keep(bytes);
    damaged[random.below(damaged.length)]! ^= 1 + random.below(255);
    for (const wrong of [damaged, bytes.subarray(0, random.below(bytes.length))])
      await read(wrong, 1000).catch((error) => {
        if (!(error instanceof PangateError)) throw error;
      });
  },
  /** A reader that takes NULL for an empty value. */
  async canary(random) {
    const rows = rowsOf(random);
    const read = rows.map((row) => row.map((cell) => cell ?? new Uint8Array(0)));
    check(rows, read);
  },
};
