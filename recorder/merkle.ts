/**
 * Salted leaves and the tree over them: docs/formats/pgr-v1.md, "Records root"; the tree is
 * that of RFC 6962 section 2.1.
 *
 *   leaf_0 = SHA-256(0x00 || record_0)                 the seed record, unsalted
 *   leaf_i = SHA-256(0x00 || salt_i || record_i)       salt_i = SHA-256(seed || le64(i))[0..16]
 *   node   = SHA-256(0x01 || left || right)
 */
import type { Bytes } from '../base/bytes.ts';
import { NOTHING_SHA256, sha256 } from './hash.ts';

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
export function leavesOf(raw: Bytes, ends: Uint32Array, seed: Bytes): Bytes {
  const leaves = new Uint8Array(ends.length * HASH_BYTES);
  const salted = new Uint8Array(SEED_BYTES + 8);
  salted.set(seed);
  const counter = new DataView(salted.buffer, SEED_BYTES);
  let scratch = new Uint8Array(8192);
  for (let i = 0, from = 0; i < ends.length; i++) {
    const to = ends[i]!;
    const saltBytes = i === 0 ? 0 : SALT_BYTES;
    const length = 1 + saltBytes + to - from;
    if (length > scratch.length) scratch = new Uint8Array(length * 2);
    if (i > 0) {
      counter.setUint32(0, i, true);
      scratch.set(sha256(salted).subarray(0, SALT_BYTES), 1);
    }
    scratch.set(raw.subarray(from, to), 1 + saltBytes);
    leaves.set(sha256(scratch.subarray(0, length)), i * HASH_BYTES);
    from = to;
  }
  return leaves;
}

/** The root over leaves that lie one behind the other; overwrites them. */
export function rootOf(leaves: Bytes): Bytes {
  let count = leaves.length / HASH_BYTES;
  if (count === 0) return NOTHING_SHA256;
  const pair = new Uint8Array(1 + 2 * HASH_BYTES);
  pair[0] = 1;
  // RFC 6962's tree is the one where each level pairs from the left and carries a last odd one up.
  while (count > 1) {
    const half = count >> 1;
    for (let i = 0; i < half; i++) {
      pair.set(leaves.subarray(i * 2 * HASH_BYTES, (i * 2 + 2) * HASH_BYTES), 1);
      leaves.set(sha256(pair), i * HASH_BYTES);
    }
    if (count & 1) leaves.copyWithin(half * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES);
    count = half + (count & 1);
  }
  return leaves.slice(0, HASH_BYTES);
}
