/**
 * The Merkle tree of RFC 6962 section 2.1 over leaf hashes: roots, inclusion proofs and
 * consistency proofs, made from stored subtrees and checked without them.
 */
import { type Bytes, equal } from '../../base/bytes.ts';
import { NOTHING_SHA256, sha256 } from '../hash.ts';

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Bytes): Bytes {
  const input = new Uint8Array(entry.length + 1);
  input.set(entry, 1);
  return sha256(input);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Bytes, right: Bytes): Bytes {
  const input = new Uint8Array(65);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 33);
  return sha256(input);
}

/** The hash of the full subtree number `index` of 2^level leaves. */
export type SubtreeSource = (level: number, index: number) => Bytes;

/** The root of the leaves [from, to): full subtrees from the source, joined from the right. */
export function rangeRoot(source: SubtreeSource, from: number, to: number): Bytes {
  if (from === to) return NOTHING_SHA256;
  const parts = fullSubtrees(from, to).map(({ level, index }) => source(level, index));
  let root = parts.pop()!;
  for (let left = parts.pop(); left !== undefined; left = parts.pop()) root = nodeHash(left, root);
  return root;
}

/** The full subtrees that [from, to) consists of, `from` being the start of one as large as the range. */
function fullSubtrees(from: number, to: number): { level: number; index: number }[] {
  const subtrees: { level: number; index: number }[] = [];
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at));
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** The largest power of two below a number of leaves (from 2). */
function splitOf(leaves: number): number {
  return 2 ** Math.floor(Math.log2(leaves - 1));
}

/** PATH(index, D[size]): from the leaf's sibling up. */
export function inclusionProof(source: SubtreeSource, index: number, size: number): Bytes[] {
  const proof: Bytes[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      proof.unshift(rangeRoot(source, middle, to));
      to = middle;
    } else {
      proof.unshift(rangeRoot(source, from, middle));
      from = middle;
    }
  }
  return proof;
}

/** The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); null if it has not the form. */
export function rootOfInclusion(
  leaf: Bytes,
  place: { readonly index: number; readonly size: number },
  proof: readonly Bytes[],
): Bytes | null {
  let [node, last] = [place.index, place.size - 1];
  if (node < 0 || node > last) return null;
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else root = nodeHash(root, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? root : null;
}

/** PROOF(old, D[size]), 0 < old; empty if both are one. */
export function consistencyProof(source: SubtreeSource, old: number, size: number): Bytes[] {
  const proof: Bytes[] = [];
  let [from, to, isOld] = [0, size, true];
  while (old - from < to - from) {
    const middle = from + splitOf(to - from);
    if (old <= middle) {
      proof.unshift(rangeRoot(source, middle, to));
      to = middle;
    } else {
      proof.unshift(rangeRoot(source, from, middle));
      from = middle;
      isOld = false;
    }
  }
  if (!isOld) proof.unshift(rangeRoot(source, from, to));
  return proof;
}

/** A tree head. */
export interface TreeHead {
  readonly size: number;
  readonly root: Bytes;
}

/** True if the tree of `next` begins with that of `old` (RFC 9162 section 2.1.4.2). */
export function isConsistent(old: TreeHead, next: TreeHead, proof: readonly Bytes[]): boolean {
  if (old.size > next.size) return false;
  if (old.size === next.size) return proof.length === 0 && equal(old.root, next.root);
  if (old.size === 0) return proof.length === 0;
  return isGrown(old, next, proof);
}

function isGrown(old: TreeHead, next: TreeHead, proof: readonly Bytes[]): boolean {
  const path = isPowerOfTwo(old.size) ? [old.root, ...proof] : [...proof];
  if (path.length === 0 || proof.length === 0) return false;
  let [node, last] = [old.size - 1, next.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldRoot, root] = [path[0]!, path[0]!];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else root = nodeHash(root, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(oldRoot, old.root) && equal(root, next.root);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
