/**
 * Benches: what each measures and how its samples are told. Subjects of one measurement are
 * always measured in the same run, in turns (A B A B), so that a busy machine is busy for all.
 */

/** How long and how much to measure. */
export interface BenchOptions {
  /** Turns of each subject. */
  readonly rounds: number;
  /** A tenth of the data and shorter runs: for a look, not for a figure. */
  readonly quick: boolean;
  /** Says what is being done, for whoever waits. */
  progress(text: string): void;
}

/** One quantity of several subjects, with all samples. */
export interface Measurement {
  readonly measure: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** Samples by subject, in the order of the report. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** The subject that ratios are taken to; none for a quantity that stands alone. */
  readonly yardstick?: string;
  /** What a subject has to reach: a ratio to the yardstick, or a value where there is none. */
  readonly bars?: Readonly<Record<string, number>>;
}

/** One bench: a file `<name>.bench.ts` that exports `bench`, and a line in benches.ts. */
export interface Bench {
  readonly name: string;
  /** What it measures, in one line. */
  readonly about: string;
  /** False if it can run here, else what is missing. */
  missing(): string | false;
  run(options: BenchOptions): Promise<readonly Measurement[]>;
}

/**
 * Runs every subject `rounds` times, in turns, after one run of each that does not count.
 * `sample` gives the quantity itself.
 */
export async function inTurns(
  subjects: Readonly<Record<string, () => Promise<number>>>,
  options: BenchOptions,
): Promise<Record<string, number[]>> {
  const samples: Record<string, number[]> = {};
  for (let round = 0; round <= options.rounds; round++)
    for (const [name, sample] of Object.entries(subjects)) {
      options.progress(`${name}, ${round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`}`);
      const value = await sample();
      samples[name] ??= [];
      if (round > 0) samples[name].push(value);
    }
  return samples;
}

/** The middle sample; the mean of both middle ones for an even number. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
