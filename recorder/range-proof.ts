/**
 * That consecutive leaves stand in a tree: RFC 6962 section 2.1.1 for more than one leaf. The roots
 * of the subtrees around them, those nearest to the leaves first; for one leaf it is its audit path.
 */
import { type Bytes, keep } from '../base/bytes.ts';
import { nodeHash } from './log/tree.ts';
import { rootOf } from './merkle.ts';

const HASH_BYTES = 32;

/** The hashes that prove leaves [from, to) of all, which lie one behind the other. */
export function rangeProof(leaves: Bytes, from: number, to: number): readonly Bytes[] {
  const hashes: Bytes[] = [];
  const outside = (first: number, end: number): Bytes => {
    const root = rootOf(keep(leaves.subarray(first * HASH_BYTES, end * HASH_BYTES)));
    hashes.push(root);
    return root;
  };
  const inside = (index: number): Bytes =>
    keep(leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
  walk({ from, to, outside, inside }, 0, leaves.length / HASH_BYTES);
  return hashes;
}

/** The root that leaves from number `from` on and the hashes around them lead to; null if they do not fit. */
export function rootOfRange(
  leaves: readonly Bytes[],
  place: { readonly from: number; readonly size: number },
  hashes: readonly Bytes[],
): Bytes | null {
  const { from, size } = place;
  const to = from + leaves.length;
  if (leaves.length === 0 || from < 0 || to > size) return null;
  let taken = 0;
  const outside = (): Bytes => hashes[taken++] ?? new Uint8Array(HASH_BYTES);
  const root = walk({ from, to, outside, inside: (index) => leaves[index - from]! }, 0, size);
  return taken === hashes.length ? root : null;
}

interface Walk {
  readonly from: number;
  readonly to: number;
  readonly outside: (from: number, to: number) => Bytes;
  readonly inside: (index: number) => Bytes;
}

/** At most 53 deep; the side that holds the first leaves comes first. */
function walk(range: Walk, first: number, end: number): Bytes {
  if (end <= range.from || first >= range.to) return range.outside(first, end);
  if (end - first === 1) return range.inside(first);
  const middle = first + 2 ** Math.floor(Math.log2(end - first - 1));
  if (range.from < middle) {
    const left = walk(range, first, middle);
    return nodeHash(left, walk(range, middle, end));
  }
  const right = walk(range, middle, end);
  return nodeHash(walk(range, first, middle), right);
}
