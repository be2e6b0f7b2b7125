/** Random numbers that repeat: the same seed gives the same numbers on every machine. */

/** A generator; every draw moves it on. */
export interface Random {
  /** A whole number in [0, limit); `limit` at most 2^32. */
  below(limit: number): number;
  /** True once in `times` draws on average. */
  oneIn(times: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** That many bytes, any value each. */
  bytes(count: number): Uint8Array;
  /** That many decimal digits, any value each. */
  digits(count: number): string;
}

/** xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32 from the seed. */
export function seededRandom(seed: number): Random {
  const state = new Uint32Array(4);
  let fill = seed >>> 0;
  for (let i = 0; i < 4; i++) {
    fill = (fill + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(fill ^ (fill >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[i] = mixed ^ (mixed >>> 15);
  }
  const random: Random = {
    below: (limit) => Math.floor((next(state) / 0x1_0000_0000) * limit),
    oneIn: (times) => random.below(times) === 0,
    pick: (list) => list[random.below(list.length)]!,
    bytes: (count) => Uint8Array.from({ length: count }, () => random.below(256)),
    digits: (count) => {
      let text = '';
      for (let i = 0; i < count; i++) text += random.below(10);
      return text;
    },
  };
  return random;
}

function next(state: Uint32Array): number {
  const product = Math.imul(state[1]!, 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  const shifted = state[1]! << 9;
  state[2]! ^= state[0]!;
  state[3]! ^= state[1]!;
  state[1]! ^= state[2]!;
  state[0]! ^= state[3]!;
  state[2]! ^= shifted;
  state[3] = (state[3]! << 11) | (state[3]! >>> 21);
  return result;
}
