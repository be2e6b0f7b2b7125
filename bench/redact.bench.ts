/** Redaction of a file end to end, as a user runs it, beside tools that replace digits alone. */
import { existsSync, linkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { missing } from '../test/servers/available.ts';
import { type Bench, type BenchOptions, inTurns, type Measurement } from './bench.ts';
import { type Input, withInputs } from './inputs.ts';
import { replacing, timed } from './peers/tools.ts';

const INPUT_BYTES = 200_000_000;
/** The file is given so many times where cores are compared: there start-up is not what is asked. */
const TIMES = 5;
const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const YARDSTICK = 'ripgrep --passthru -r';

export const bench: Bench = {
  name: 'redact',
  about: 'redacting a file, one core and two: ripgrep, GNU sed, pangate',
  missing: () => missing('taskset', 'rg', 'sed'),
  run: (options) =>
    withInputs(options.quick ? INPUT_BYTES / 8 : INPUT_BYTES, async (inputs, folder) => {
      const measured: Measurement[] = [];
      for (const input of inputs) measured.push(...(await measure(input, `${folder}/out`, options)));
      return measured;
    }),
};

async function measure(input: Input, output: string, options: BenchOptions): Promise<Measurement[]> {
  const one = await inTurns(subjects(input, output), options);
  const rates = { unit: 'MB/s', better: 'more' } as const;
  const oneCore: Measurement = {
    measure: `redact ${input.name}, one core`,
    ...rates,
    samples: one,
    yardstick: YARDSTICK,
    bars: { pangate: 4 },
  };
  if (availableParallelism() < 2) return [oneCore];
  const cores = await inTurns(
    {
      'one core': rate(redact(1, input.file, TIMES), input.bytes.length * TIMES, output, true),
      'two cores': rate(redact(2, input.file, TIMES), input.bytes.length * TIMES, output, false),
    },
    options,
  );
  const both: Measurement = {
    measure: `redact ${input.name} ${TIMES} times, cores`,
    ...rates,
    samples: cores,
    yardstick: 'one core',
    bars: { 'two cores': 1.8 },
  };
  return [oneCore, both];
}

function subjects({ file, bytes }: Input, output: string): Record<string, () => Promise<number>> {
  const peers = Object.entries(replacing(file)).map(
    ([name, command]) => [name, rate(command, bytes.length, output, true)] as const,
  );
  return { ...Object.fromEntries(peers), pangate: rate(redact(1, file, 1), bytes.length, output, true) };
}

/** A file that is named twice is taken once, so that each time is a link of its own. */
function redact(threads: number, file: string, times: number): string[] {
  const files = Array.from({ length: times }, (_, i) => `${file}.${i}`);
  for (const link of files) if (!existsSync(link)) linkSync(file, link);
  return [process.execPath, MAIN, 'redact', '--threads', String(threads), '--no-progress', ...files];
}

function rate(
  command: readonly string[],
  bytes: number,
  output: string,
  core: boolean,
): () => Promise<number> {
  return async () => bytes / 1e6 / (await timed(command, output, core));
}
