/** Each fuzzer for a while: docs/assurance.md, group 15. `PANGATE_FUZZ_SECONDS` is for how long each. */
import { test } from 'tap';
import { writeFigures } from './figures.ts';
import { fuzz } from './fuzz.ts';
import { fuzzers } from './fuzzers.ts';

const SECONDS = Number(process.env['PANGATE_FUZZ_SECONDS'] ?? 60);
const counts: Record<string, number> = {};

for (const [name, fuzzer] of await fuzzers())
  test(`fuzzer ${name} finds nothing in ${SECONDS} s`, { timeout: 3_600_000 }, async (t) => {
    const limits = { rounds: Number.POSITIVE_INFINITY, timeMs: SECONDS * 1000 };
    const rounds = await fuzz(fuzzer, Date.now() % 1_000_000_000, limits);
    counts[name] = rounds;
    writeFigures('15-fuzzers', {
      group: 15,
      what: `each fuzzer for ${SECONDS} s, rounds without a finding`,
      input: 'drawn from a seed that the clock gives',
      counts,
    });
    t.ok(rounds > 0, `${rounds} rounds`);
  });
