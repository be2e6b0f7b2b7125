// `node scripts/fuzz.mjs <name> [--seed n] [--seconds s] [--rounds n]`: runs one fuzzer, or
// without a name lists them.
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: 'Infinity' },
  },
});
setup({ quiet: true });
const { fuzz } = await import('../build/test/fuzz.js');
const { fuzzers } = await import('../build/test/fuzzers.js');
const known = await fuzzers();
const fuzzer = known.get(positionals[0] ?? '');
if (!fuzzer) {
  console.log(`Fuzzers: ${[...known.keys()].join(', ') || 'none yet'}`);
  process.exit(positionals.length === 0 ? 0 : 64);
}
try {
  const limits = { rounds: Number(values.rounds), timeMs: Number(values.seconds) * 1000 };
  const rounds = await fuzz(fuzzer, Number(values.seed), limits);
  console.log(`${fuzzer.name}: ${rounds} rounds from seed ${values.seed}, all well`);
} catch (error) {
  console.error(error.stack ?? error.message);
  process.exit(1);
}
