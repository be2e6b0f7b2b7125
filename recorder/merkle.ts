/**
 * Salted leaves and the tree over them: docs/formats/pgr-v1.md, "Records root"; the tree is
 * that of RFC 6962 section 2.1.
 *
 *   leaf_0 = SHA-256(0x00 || record_0)                 the seed record, unsalted
 *   leaf_i = SHA-256(0x00 || salt_i || record_i)       salt_i = SHA-256(seed || le64(i))[0..16]
 *   node   = SHA-256(0x01 || left || right)
 */
import { type Bytes, keep } from '../base/bytes.ts';
import { NOTHING_SHA256, sha256, sha256Into } from './hash.ts';
import { kernelLeaves, kernelRoot } from './merkle-kernel.ts';

const HASH_BYTES = 32;
/** Length of a segment's seed. */
export const SEED_BYTES = 32;
/** Length of a record's salt. */
export const SALT_BYTES = 16;

/** The salt of record number `index` (not 0) of the segment. */
export function saltOf(seed: Bytes, index: number): Bytes {
  const input = new Uint8Array(SEED_BYTES + 8);
  input.set(seed);
  new DataView(input.buffer).setBigUint64(SEED_BYTES, BigInt(index), true);
  return sha256(input).subarray(0, SALT_BYTES);
}

/** All leaves of a segment, one behind the other. `ends` holds the offset after each record. */
export function leavesOf(raw: Bytes, ends: Uint32Array, seed: Bytes): Buffer {
  return kernelLeaves(raw, ends, seed) ?? plainLeaves(raw, ends, seed);
}

/** As `leavesOf`, one native call after the other: for what the kernel has no room for, and its twin in tests. */
export function plainLeaves(raw: Bytes, ends: Uint32Array, seed: Bytes): Buffer {
  const leaves = Buffer.allocUnsafeSlow(ends.length * HASH_BYTES);
  const salted = Buffer.alloc(SEED_BYTES + 8);
  salted.set(seed);
  // A record is hashed where it lies, in a copy with room for what goes before it.
  const scratch = Buffer.allocUnsafeSlow(1 + HASH_BYTES + longest(ends));
  scratch[0] = 0;
  for (let i = 0, from = 0; i < ends.length; i++) {
    const to = ends[i]!;
    const bodyAt = i === 0 ? 1 : 1 + SALT_BYTES;
    if (i > 0) {
      salted.writeUInt32LE(i, SEED_BYTES);
      sha256Into(salted, scratch, 1);
    }
    scratch.set(raw.subarray(from, to), bodyAt);
    sha256Into(scratch.subarray(0, bodyAt + to - from), leaves, i * HASH_BYTES);
    from = to;
  }
  return leaves;
}

function longest(ends: Uint32Array): number {
  let most = 0;
  for (let i = 0, from = 0; i < ends.length; i++) {
    most = Math.max(most, ends[i]! - from);
    from = ends[i]!;
  }
  return most;
}

/** The root over leaves that lie one behind the other; may overwrite them. */
export function rootOf(given: Bytes): Bytes {
  if (given.length === 0) return NOTHING_SHA256;
  return kernelRoot(given) ?? plainRoot(given);
}

/** As `rootOf`, one native call after the other; overwrites the leaves, of which there is at least one. */
export function plainRoot(given: Bytes): Bytes {
  let count = given.length / HASH_BYTES;
  const leaves = Buffer.from(given.buffer, given.byteOffset, given.length);
  const pair = Buffer.alloc(1 + 2 * HASH_BYTES);
  pair[0] = 1;
  // RFC 6962's tree is the one where each level pairs from the left and carries a last odd one up.
  while (count > 1) {
    const half = count >> 1;
    for (let i = 0; i < half; i++) {
      leaves.copy(pair, 1, i * 2 * HASH_BYTES, (i * 2 + 2) * HASH_BYTES);
      sha256Into(pair, leaves, i * HASH_BYTES);
    }
    if (count & 1) leaves.copyWithin(half * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES);
    count = half + (count & 1);
  }
  return keep(leaves.subarray(0, HASH_BYTES));
}
