/** Lengths of a Huffman code for these weights, none above `bitsMax`: weights are flattened until it is so. */
export function codeLengths(weights: readonly number[], bitsMax: number): Uint8Array {
  let flattened = weights.map((weight) => Math.max(1, weight));
  for (;;) {
    const lengths = huffmanLengths(flattened);
    if (lengths.every((length) => length <= bitsMax)) return lengths;
    flattened = flattened.map((weight) => 1 + (weight >> 1));
  }
}

/** Joins the two lightest again and again: leaves and joints each stay sorted by themselves. */
function huffmanLengths(weights: readonly number[]): Uint8Array {
  const count = weights.length;
  const leaves = weights.map((_, i) => i).sort((left, right) => weights[left]! - weights[right]!);
  const nodeWeights = [...weights];
  const parents = new Int32Array(2 * count);
  let [leaf, joint] = [0, count];
  const lightest = (): number => {
    const isLeaf =
      leaf < count && (joint >= nodeWeights.length || weights[leaves[leaf]!]! <= nodeWeights[joint]!);
    return isLeaf ? leaves[leaf++]! : joint++;
  };
  for (let made = 0; made < count - 1; made++) {
    const [left, right] = [lightest(), lightest()];
    const node = nodeWeights.push(nodeWeights[left]! + nodeWeights[right]!) - 1;
    parents[left] = node;
    parents[right] = node;
  }
  const root = nodeWeights.length - 1;
  const depths = new Uint8Array(root + 1);
  for (let node = root - 1; node >= 0; node--) depths[node] = depths[parents[node]!]! + 1;
  return depths.slice(0, count);
}
