/** The tree against the definitions of RFC 6962, recursive as they stand there. */
import { test } from 'tap';
import { type Bytes, equal } from '../../base/bytes.ts';
import { NOTHING_SHA256 } from '../hash.ts';
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  leafHash,
  nodeHash,
  rangeRoot,
  rootOfInclusion,
  type SubtreeSource,
} from './tree.ts';

const SIZES = 70;
const leaves: Bytes[] = Array.from({ length: SIZES }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));

/** MTH(D) of RFC 6962 section 2.1. */
function treeHash(part: readonly Bytes[]): Bytes {
  if (part.length === 0) return NOTHING_SHA256;
  if (part.length === 1) return part[0]!;
  let split = 1;
  while (split * 2 < part.length) split *= 2;
  return nodeHash(treeHash(part.slice(0, split)), treeHash(part.slice(split)));
}

const source: SubtreeSource = (level, index) =>
  treeHash(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const roots = Array.from({ length: SIZES + 1 }, (_, size) => treeHash(leaves.slice(0, size)));

test('the root joined from full subtrees is the one of the definition', async (t) => {
  for (let size = 0; size <= SIZES; size++)
    if (!equal(rangeRoot(source, 0, size), roots[size]!)) t.fail(`${size} leaves`);
  t.pass();
});

test('every inclusion proof leads to its root, and with any change to no root', async (t) => {
  for (let size = 1; size <= SIZES; size++)
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(source, index, size);
      const root = rootOfInclusion(leaves[index]!, { index, size }, proof);
      if (root === null || !equal(root, roots[size]!)) t.fail(`${index} of ${size}`);
      const others = [
        rootOfInclusion(leaves[index]!, { index: index + 1, size }, proof),
        rootOfInclusion(leaves[index]!, { index, size }, proof.slice(1)),
        rootOfInclusion(leaves[index]!, { index, size }, [...proof, leaves[0]!]),
        rootOfInclusion(leaves[(index + 1) % SIZES]!, { index, size }, proof),
      ];
      for (const [i, other] of others.entries())
        if (other !== null && equal(other, roots[size]!) && !(size === 1 && i === 1))
          t.fail(`${index} of ${size}: a changed proof, ${i}, leads to the root`);
    }
  t.pass();
});

test('every consistency proof holds, and with any change does not', async (t) => {
  for (let size = 1; size <= SIZES; size++)
    for (let old = 1; old <= size; old++) {
      const proof = consistencyProof(source, old, size);
      const [from, to] = [
        { size: old, root: roots[old]! },
        { size, root: roots[size]! },
      ];
      if (!isConsistent(from, to, proof)) t.fail(`${old} to ${size}`);
      if (isConsistent({ ...from, root: leafHash(from.root) }, to, proof)) t.fail(`${old} forged`);
      if (isConsistent(from, { ...to, root: leafHash(to.root) }, proof)) t.fail(`${size} forged`);
      if (proof.length > 0 && isConsistent(from, to, proof.slice(1))) t.fail(`${old} to ${size} short`);
      if (isConsistent(from, to, [...proof, leaves[0]!])) t.fail(`${old} to ${size} long`);
    }
  t.pass();
});
