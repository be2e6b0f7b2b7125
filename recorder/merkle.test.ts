import { createHash } from 'node:crypto';
import { test } from 'tap';
import { seededRandom } from '../test/random.ts';
import { NOTHING_SHA256, sha256 } from './hash.ts';
import { leavesOf, plainLeaves, plainRoot, rootOf, saltOf } from './merkle.ts';

const hash = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962 section 2.1 word for word: split at the largest power of two below n. */
function reference(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hash(Uint8Array.of(1), reference(leaves.slice(0, split)), reference(leaves.slice(split)));
}

test('the root is that of RFC 6962 for every number of leaves', async (t) => {
  for (let count = 0; count <= 130; count++) {
    const leaves = Array.from({ length: count }, (_, i) => hash(Buffer.from(`leaf ${i}`)));
    t.ok(reference(leaves).equals(rootOf(Buffer.concat(leaves))), `${count} leaves`);
  }
});

test('a leaf is the hash of salt and record; the first is unsalted', async (t) => {
  const seed = Buffer.alloc(32, 7);
  const records = ['first', 'second', 'third'].map((text) => Buffer.from(text));
  const ends = Uint32Array.of(5, 11, 16);
  const leaves = Buffer.from(leavesOf(Buffer.concat(records), ends, seed));
  t.ok(leaves.subarray(0, 32).equals(hash(Uint8Array.of(0), records[0]!)));
  for (const i of [1, 2]) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64LE(BigInt(i));
    const salt = hash(seed, counter).subarray(0, 16);
    t.ok(salt.equals(Buffer.from(saltOf(seed, i))));
    t.ok(leaves.subarray(i * 32, i * 32 + 32).equals(hash(Uint8Array.of(0), salt, records[i]!)));
  }
});

test('one native call gives what the stream gives', async (t) => {
  t.ok(sha256(Buffer.from('abc')).equals(hash(Buffer.from('abc'))));
  t.ok(hash().equals(Buffer.from(NOTHING_SHA256)));
});

test('four hashes at a time are what one after the other is, for every length and number of records', async (t) => {
  const random = seededRandom(62);
  for (let round = 0; round < 400; round++) {
    const lengths = Array.from({ length: 1 + random.below(40) }, (_, i) =>
      i === 0 ? random.below(400) : random.below(random.oneIn(10) ? 5000 : 300),
    );
    const ends = Uint32Array.from(lengths);
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    const raw = random.bytes(ends.at(-1)!);
    const seed = random.bytes(32);
    const leaves = plainLeaves(raw, ends, seed);
    t.ok(leavesOf(raw, ends, seed).equals(leaves), `records of ${lengths} bytes`);
    t.ok(Buffer.from(rootOf(Uint8Array.from(leaves))).equals(Buffer.from(plainRoot(leaves))));
  }
});

test('every length of a record around the block boundaries has its own leaf', async (t) => {
  const ends = Uint32Array.from({ length: 600 }, (_, i) => (i * (i + 1)) / 2);
  const raw = seededRandom(63).bytes(ends.at(-1)!);
  const seed = Buffer.alloc(32, 3);
  t.ok(leavesOf(raw, ends, seed).equals(plainLeaves(raw, ends, seed)));
});

test('more records or bytes than the kernel has room for are hashed all the same', async (t) => {
  const seed = Buffer.alloc(32, 9);
  const many = Uint32Array.from({ length: 8200 }, (_, i) => i + 1);
  const raw = Buffer.alloc(8200, 1);
  for (const count of [8191, 8192, 8193]) {
    const ends = many.subarray(0, count);
    const leaves = leavesOf(raw.subarray(0, count), ends, seed);
    t.ok(leaves.equals(plainLeaves(raw.subarray(0, count), ends, seed)), `${count} records`);
    t.ok(Buffer.from(rootOf(Uint8Array.from(leaves))).equals(Buffer.from(plainRoot(leaves))));
  }
  for (const bytes of [0x5ffff, 0x60000, 0x60001]) {
    const [large, ends] = [Buffer.alloc(bytes, 2), Uint32Array.of(9, 100_000, bytes)];
    t.ok(leavesOf(large, ends, seed).equals(plainLeaves(large, ends, seed)), `${bytes} bytes`);
  }
});
