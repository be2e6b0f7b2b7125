/**
 * However a stream is cut on its way, what comes out of a parser must be the same. This runs
 * one on every way of cutting that is worth trying: whole, byte by byte, in two at every
 * offset, and in many random pieces.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Bytes } from '../base/bytes.ts';
import { type Random, seededRandom } from './random.ts';

export interface SplitOptions {
  /** Most offsets to cut in two at, evenly spread over longer inputs; all if not set. */
  readonly offsetsMax?: number;
  /** How many random ways; 50 if not set. */
  readonly randomCuts?: number;
  /** Seed of the random ways; 1 if not set. */
  readonly seed?: number;
}

/**
 * Calls `run` with the input in pieces, for every way of cutting, and throws at the first way
 * whose result differs from that of the whole input. Each call gets pieces of its own (it may
 * write into them); results are compared by `isDeepStrictEqual`.
 */
export function everySplit<Result>(
  input: Bytes,
  run: (pieces: readonly Bytes[]) => Result,
  options: SplitOptions = {},
): Result {
  const whole = run(pieces(input, []));
  for (const cuts of waysToCut(input.length, options)) {
    const result = attempt(run, pieces(input, cuts), cuts);
    if (!isDeepStrictEqual(result, whole))
      throw new Error(
        `${described(cuts)} gives another result than the whole input (${input.length} bytes).`,
      );
  }
  return whole;
}

/**
 * Makes a run for `everySplit` of anything that says how many bytes it has settled and wants
 * the rest again in front of what comes next.
 */
export function feed(pieces: readonly Bytes[], take: (bytes: Bytes, last: boolean) => number): void {
  let rest: Bytes = new Uint8Array(0);
  for (const [index, piece] of pieces.entries()) {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    const settled = take(bytes, index === pieces.length - 1);
    if (settled < 0 || settled > bytes.length) throw new Error(`settled ${settled} of ${bytes.length} bytes`);
    rest = bytes.subarray(settled);
  }
}

/** A copy of the input in pieces, cut at these ascending offsets. */
export function pieces(input: Bytes, cuts: readonly number[]): Bytes[] {
  const bounds = [0, ...cuts, input.length];
  return bounds.slice(1).map((to, index) => Uint8Array.prototype.slice.call(input, bounds[index], to));
}

/** All ways as lists of ascending offsets; empty pieces are among the random ones. */
export function* waysToCut(length: number, options: SplitOptions = {}): Generator<number[]> {
  const { offsetsMax = Number.POSITIVE_INFINITY, randomCuts = 50, seed = 1 } = options;
  if (length <= offsetsMax) yield Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1);
  const step = Math.max(1, Math.ceil(length / offsetsMax));
  for (let at = 0; at <= length; at += step) yield [at];
  const random = seededRandom(seed);
  for (let i = 0; i < randomCuts; i++) yield randomOffsets(random, length);
}

function randomOffsets(random: Random, length: number): number[] {
  const count = 1 + random.below(Math.min(12, length + 1));
  return Array.from({ length: count }, () => random.below(length + 1)).sort((left, right) => left - right);
}

function attempt<Result>(
  run: (pieces: readonly Bytes[]) => Result,
  parts: readonly Bytes[],
  cuts: readonly number[],
): Result {
  try {
    return run(parts);
  } catch (error) {
    throw new Error(`${described(cuts)} fails: ${(error as Error).message}`, { cause: error });
  }
}

function described(cuts: readonly number[]): string {
  return cuts.length > 12 ? 'Cut byte by byte, the input' : `Cut at ${cuts.join(', ')}, the input`;
}
