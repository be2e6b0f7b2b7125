/**
 * The order of all suffixes of a text in linear time: SA-IS, Nong, Zhang and Chan, "Two Efficient
 * Algorithms for Linear Time Suffix Array Construction", 2011. Repetitive texts, on which simpler
 * sorts take for ever, are what logs are made of.
 */

/** `text[i]` in [1, symbols); the last element must be 0 and the only one. Gives the suffixes in order. */
export function suffixArray(text: Int32Array, symbols: number): Int32Array {
  const n = text.length;
  const order = new Int32Array(n).fill(-1);
  if (n === 1) return order.fill(0);
  const isSmall = classify(text);
  const starts = bucketSizes(text, symbols);
  placeMarks(text, isSmall, starts, order);
  induce(text, isSmall, starts, order);
  const { names, marks, count } = nameMarks(text, isSmall, order);
  const sorted = count === marks.length ? byName(names) : suffixArray(names, count);
  order.fill(-1);
  const tails = ends(starts);
  for (let i = marks.length - 1; i >= 0; i--) {
    const at = marks[sorted[i]!]!;
    order[--tails[text[at]!]!] = at;
  }
  induce(text, isSmall, starts, order);
  return order;
}

/** 1 where a suffix is smaller than the next one. */
function classify(text: Int32Array): Uint8Array {
  const isSmall = new Uint8Array(text.length);
  isSmall[text.length - 1] = 1;
  for (let i = text.length - 2; i >= 0; i--) {
    const [here, next] = [text[i]!, text[i + 1]!];
    isSmall[i] = here < next || (here === next && isSmall[i + 1] === 1) ? 1 : 0;
  }
  return isSmall;
}

function isMark(isSmall: Uint8Array, i: number): boolean {
  return i > 0 && isSmall[i] === 1 && isSmall[i - 1] === 0;
}

function bucketSizes(text: Int32Array, symbols: number): Int32Array {
  const sizes = new Int32Array(symbols);
  for (let i = 0; i < text.length; i++) sizes[text[i]!]!++;
  return sizes;
}

function heads(sizes: Int32Array): Int32Array {
  let sum = 0;
  return sizes.map((size) => {
    sum += size;
    return sum - size;
  });
}

function ends(sizes: Int32Array): Int32Array {
  let sum = 0;
  return sizes.map((size) => {
    sum += size;
    return sum;
  });
}

function placeMarks(text: Int32Array, isSmall: Uint8Array, sizes: Int32Array, order: Int32Array): void {
  const tails = ends(sizes);
  for (let i = text.length - 1; i > 0; i--) if (isMark(isSmall, i)) order[--tails[text[i]!]!] = i;
}

/** From the marks' order that of the large suffixes, and from that of these the small ones'. */
function induce(text: Int32Array, isSmall: Uint8Array, sizes: Int32Array, order: Int32Array): void {
  const from = heads(sizes);
  for (let i = 0; i < order.length; i++) {
    const before = order[i]! - 1;
    if (before >= 0 && isSmall[before] === 0) order[from[text[before]!]!++] = before;
  }
  const to = ends(sizes);
  for (let i = order.length - 1; i >= 0; i--) {
    const before = order[i]! - 1;
    if (before >= 0 && isSmall[before] === 1) order[--to[text[before]!]!] = before;
  }
}

/** Equal pieces between marks get equal names, in order. */
function nameMarks(
  text: Int32Array,
  isSmall: Uint8Array,
  order: Int32Array,
): { readonly names: Int32Array; readonly marks: Int32Array; readonly count: number } {
  const nameAt = new Int32Array(text.length).fill(-1);
  let [count, last, marksCount] = [0, -1, 0];
  for (let i = 0; i < order.length; i++) {
    const at = order[i]!;
    if (!isMark(isSmall, at)) continue;
    if (last < 0 || !isSamePiece(text, isSmall, last, at)) count++;
    nameAt[at] = count - 1;
    last = at;
    marksCount++;
  }
  const marks = new Int32Array(marksCount);
  const names = new Int32Array(marksCount);
  for (let i = 0, k = 0; i < text.length; i++)
    if (nameAt[i]! >= 0) {
      marks[k] = i;
      names[k++] = nameAt[i]!;
    }
  return { names, marks, count };
}

function isSamePiece(text: Int32Array, isSmall: Uint8Array, left: number, right: number): boolean {
  for (let i = 0; ; i++) {
    const [a, b] = [left + i, right + i];
    if (b >= text.length || a >= text.length) return false;
    if (text[a] !== text[b] || isSmall[a] !== isSmall[b]) return false;
    if (i > 0 && (isMark(isSmall, a) || isMark(isSmall, b))) return isMark(isSmall, a) && isMark(isSmall, b);
  }
}

/** Names that are all different are an order themselves. */
function byName(names: Int32Array): Int32Array {
  const sorted = new Int32Array(names.length);
  names.forEach((name, i) => {
    sorted[name] = i;
  });
  return sorted;
}
