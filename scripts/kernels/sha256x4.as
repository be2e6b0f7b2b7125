// SHA-256 (FIPS 180-4) of four texts at a time, for the leaves and the tree of recorder/merkle.ts.
// Built by scripts/hashes.mjs. Short texts only: from about 400 bytes on one native call is quicker.

// Where things lie in memory; recorder/merkle-kernel.ts knows SEED, ENDS, SALTS, LEAVES and RAW.
const WORDS: usize = 0x1000;
const SLOTS: usize = 0x2000;
const SEED: usize = 0x4000;
const ENDS: usize = 0x8000;
const SALTS: usize = 0x10000;
const LEAVES: usize = 0x30000;
const RAW: usize = 0x70000;

// A slot holds four texts of up to four blocks, padded.
const LANE_BYTES: usize = 256;
const SLOT_BYTES: usize = 1024;
const BLOCKS_MAX: u32 = 4;
const SALTS_SLOT: usize = SLOTS;
const TREE_SLOT: usize = SLOTS + 5 * SLOT_BYTES;
const PENDING: usize = SLOTS + 6 * SLOT_BYTES;
const COUNTS: usize = PENDING + 128;
const SALT_BYTES: u32 = 16;

const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

@inline function rotated(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, 32 - bits));
}
@inline function xor3(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.xor(a, b), c);
}
@inline function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}
@inline function first(e: v128, f: v128, g: v128, h: v128, t: usize): v128 {
  const sum = xor3(rotated(e, 6), rotated(e, 11), rotated(e, 25));
  const known = add(v128.load32_splat(K + (t << 2)), v128.load(WORDS + (t << 4)));
  return add(add(h, known), add(sum, v128.bitselect(f, g, e)));
}
@inline function second(a: v128, b: v128, c: v128): v128 {
  const sum = xor3(rotated(a, 2), rotated(a, 13), rotated(a, 22));
  return add(sum, v128.bitselect(c, b, v128.xor(a, b)));
}
@inline function swapped(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** The 64 words of four blocks, one block in each lane. */
function schedule(block: usize): void {
  for (let q: usize = 0; q < 4; q++) {
    const from = block + (q << 4);
    const a = swapped(v128.load(from));
    const b = swapped(v128.load(from + LANE_BYTES));
    const c = swapped(v128.load(from + 2 * LANE_BYTES));
    const d = swapped(v128.load(from + 3 * LANE_BYTES));
    const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
    const to = WORDS + (q << 6);
    v128.store(to, v128.shuffle<u64>(ab, cd, 0, 2));
    v128.store(to + 16, v128.shuffle<u64>(ab, cd, 1, 3));
    v128.store(to + 32, v128.shuffle<u64>(abHigh, cdHigh, 0, 2));
    v128.store(to + 48, v128.shuffle<u64>(abHigh, cdHigh, 1, 3));
  }
  for (let at: usize = WORDS + 256; at < WORDS + 1024; at += 16) {
    const w15 = v128.load(at - 240);
    const w2 = v128.load(at - 32);
    const s0 = xor3(rotated(w15, 7), rotated(w15, 18), i32x4.shr_u(w15, 3));
    const s1 = xor3(rotated(w2, 17), rotated(w2, 19), i32x4.shr_u(w2, 10));
    v128.store(at, add(add(v128.load(at - 256), s0), add(v128.load(at - 112), s1)));
  }
}

/** Hashes the four texts of a slot; the digests go to where each text began. */
function hash4(slot: usize, blocks: u32): void {
  let h0 = i32x4.splat(0x6a09e667), h1 = i32x4.splat(0xbb67ae85), h2 = i32x4.splat(0x3c6ef372);
  let h3 = i32x4.splat(0xa54ff53a), h4 = i32x4.splat(0x510e527f), h5 = i32x4.splat(0x9b05688c);
  let h6 = i32x4.splat(0x1f83d9ab), h7 = i32x4.splat(0x5be0cd19);
  for (let n: u32 = 0; n < blocks; n++) {
    schedule(slot + (<usize>n << 6));
    let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
    for (let t: usize = 0; t < 64; t += 8) {
      let x = first(e, f, g, h, t);
      d = add(d, x); h = add(x, second(a, b, c));
      x = first(d, e, f, g, t + 1);
      c = add(c, x); g = add(x, second(h, a, b));
      x = first(c, d, e, f, t + 2);
      b = add(b, x); f = add(x, second(g, h, a));
      x = first(b, c, d, e, t + 3);
      a = add(a, x); e = add(x, second(f, g, h));
      x = first(a, b, c, d, t + 4);
      h = add(h, x); d = add(x, second(e, f, g));
      x = first(h, a, b, c, t + 5);
      g = add(g, x); c = add(x, second(d, e, f));
      x = first(g, h, a, b, t + 6);
      f = add(f, x); b = add(x, second(c, d, e));
      x = first(f, g, h, a, t + 7);
      e = add(e, x); a = add(x, second(b, c, d));
    }
    h0 = add(h0, a); h1 = add(h1, b); h2 = add(h2, c); h3 = add(h3, d);
    h4 = add(h4, e); h5 = add(h5, f); h6 = add(h6, g); h7 = add(h7, h);
  }
  store4(slot, h0, h1, h2, h3);
  store4(slot + 16, h4, h5, h6, h7);
}

/** Four words of each lane, as bytes. */
@inline function store4(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(to, swapped(v128.shuffle<u64>(ab, cd, 0, 2)));
  v128.store(to + LANE_BYTES, swapped(v128.shuffle<u64>(ab, cd, 1, 3)));
  v128.store(to + 2 * LANE_BYTES, swapped(v128.shuffle<u64>(abHigh, cdHigh, 0, 2)));
  v128.store(to + 3 * LANE_BYTES, swapped(v128.shuffle<u64>(abHigh, cdHigh, 1, 3)));
}

/** What stands behind a text of so many bytes: a one, nothings, its length in bits. */
@inline function pad(text: usize, bytes: u32, blocks: u32): void {
  const end = <usize>blocks << 6;
  memory.fill(text + bytes, 0, end - bytes);
  store<u8>(text + bytes, 0x80);
  store<u32>(text + end - 4, bswap<u32>(bytes << 3));
}

@inline function blocksOf(bytes: u32): u32 {
  return (bytes + 9 + 63) >> 6;
}

function putSalts(count: u32): void {
  for (let i: u32 = 0; i < count; i += 4) {
    for (let lane: u32 = 0; lane < 4; lane++) {
      const text = SALTS_SLOT + <usize>lane * LANE_BYTES;
      memory.copy(text, SEED, 32);
      store<u64>(text + 32, <u64>(i + lane));
      pad(text, 40, 1);
    }
    hash4(SALTS_SLOT, 1);
    for (let lane: u32 = 0; lane < 4; lane++)
      memory.copy(SALTS + ((<usize>i + lane) << 4), SALTS_SLOT + <usize>lane * LANE_BYTES, SALT_BYTES);
  }
}

function flush(blocks: u32): void {
  const slot = SLOTS + <usize>blocks * SLOT_BYTES;
  const pending = PENDING + (<usize>blocks << 4);
  const waiting = load<u32>(COUNTS + (<usize>blocks << 2));
  hash4(slot, blocks);
  for (let lane: u32 = 0; lane < waiting; lane++) {
    const index = <usize>load<u32>(pending + (<usize>lane << 2));
    memory.copy(LEAVES + (index << 5), slot + <usize>lane * LANE_BYTES, 32);
  }
  store<u32>(COUNTS + (<usize>blocks << 2), 0);
}

/** The salts of all records, and the leaves of the short ones. RAW, ENDS and SEED are given. */
export function leaves(count: u32): void {
  putSalts(count);
  memory.fill(COUNTS, 0, 32);
  let from: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const to = load<u32>(ENDS + (<usize>i << 2));
    const ahead: u32 = i == 0 ? 1 : 1 + SALT_BYTES;
    const bytes = ahead + to - from;
    const blocks = blocksOf(bytes);
    if (blocks <= BLOCKS_MAX) {
      const count4 = COUNTS + (<usize>blocks << 2);
      const lane = load<u32>(count4);
      const text = SLOTS + <usize>blocks * SLOT_BYTES + <usize>lane * LANE_BYTES;
      store<u8>(text, 0);
      if (i != 0) memory.copy(text + 1, SALTS + (<usize>i << 4), SALT_BYTES);
      memory.copy(text + ahead, RAW + from, to - from);
      pad(text, bytes, blocks);
      store<u32>(PENDING + (<usize>blocks << 4) + (<usize>lane << 2), i);
      store<u32>(count4, lane + 1);
      if (lane == 3) flush(blocks);
    }
    from = to;
  }
  for (let blocks: u32 = 1; blocks <= BLOCKS_MAX; blocks++)
    if (load<u32>(COUNTS + (<usize>blocks << 2)) > 0) flush(blocks);
}

/** The root over the leaves that are there, at least one: put where the first leaf was. */
export function root(count: u32): void {
  let left = count;
  while (left > 1) {
    const half = left >> 1;
    for (let i: u32 = 0; i < half; i += 4) {
      const lanes = min<u32>(4, half - i);
      for (let lane: u32 = 0; lane < lanes; lane++) {
        const text = TREE_SLOT + <usize>lane * LANE_BYTES;
        store<u8>(text, 1);
        memory.copy(text + 1, LEAVES + ((<usize>i + lane) << 6), 64);
        pad(text, 65, 2);
      }
      hash4(TREE_SLOT, 2);
      for (let lane: u32 = 0; lane < lanes; lane++)
        memory.copy(LEAVES + ((<usize>i + lane) << 5), TREE_SLOT + <usize>lane * LANE_BYTES, 32);
    }
    if ((left & 1) != 0) memory.copy(LEAVES + (<usize>half << 5), LEAVES + ((<usize>left - 1) << 5), 32);
    left = half + (left & 1);
  }
}
