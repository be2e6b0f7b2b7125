import { createHash } from 'node:crypto';
import { test } from 'tap';
import { NOTHING_SHA256, sha256 } from './hash.ts';
import { leavesOf, rootOf, saltOf } from './merkle.ts';

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
