/**
 * Seeded fuzzers. Each lies beside the code it drives, as `<name>.fuzz.ts`, and exports a
 * `fuzzer`; that is all there is to register. test/fuzz.test.ts runs every one for a moment
 * (the smoke) and proves that it can fail (the canary); `node scripts/fuzz.mjs <name>` runs
 * one for as long as it is told.
 */
import { type Random, seededRandom } from './random.ts';

/** One fuzzer. */
export interface Fuzzer {
  /** Letters, digits and dashes; for the command line. */
  readonly name: string;
  /** Draws one input and throws if the code under test treats it wrongly. */
  round(random: Random): void | Promise<void>;
  /** The same against a variant that is broken on purpose: it must throw within 10,000 rounds. */
  canary(random: Random): void | Promise<void>;
}

/** When to stop: at the first of both. */
export interface FuzzLimits {
  readonly rounds: number;
  readonly timeMs: number;
}

/** A round that failed, with the command that repeats it. */
export class FuzzFailure extends Error {
  /** The seed of the failing round. */
  readonly seed: number;

  constructor(name: string, seed: number, cause: Error) {
    super(`${cause.message}\nrepeat with: node scripts/fuzz.mjs ${name} --seed ${seed} --rounds 1`, {
      cause,
    });
    this.name = 'FuzzFailure';
    this.seed = seed;
  }
}

/** Runs rounds, each on the next seed, until a limit; how many. Throws `FuzzFailure`. */
export async function fuzz(fuzzer: Fuzzer, seed: number, limits: FuzzLimits): Promise<number> {
  const endMs = performance.now() + limits.timeMs;
  let rounds = 0;
  for (; rounds < limits.rounds && performance.now() < endMs; rounds++)
    await oneRound(fuzzer.name, seed + rounds, (random) => fuzzer.round(random));
  return rounds;
}

/** Runs the broken variant; true if it was caught. */
export async function canaryIsCaught(fuzzer: Fuzzer, seed: number, limits: FuzzLimits): Promise<boolean> {
  try {
    await fuzz({ ...fuzzer, round: (random) => fuzzer.canary(random) }, seed, limits);
    return false;
  } catch (error) {
    if (error instanceof FuzzFailure) return true;
    throw error;
  }
}

async function oneRound(
  name: string,
  seed: number,
  run: (random: Random) => void | Promise<void>,
): Promise<void> {
  try {
    await run(seededRandom(seed));
  } catch (error) {
    throw new FuzzFailure(name, seed, error as Error);
  }
}
