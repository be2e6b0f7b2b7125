import { test } from 'tap';
import { canaryIsCaught, type Fuzzer, FuzzFailure, fuzz } from './fuzz.ts';
import { fuzzers } from './fuzzers.ts';
import type { Random } from './random.ts';

const SMOKE = { rounds: 2_000, timeMs: 1_500 };
const CANARY = { rounds: 10_000, timeMs: 10_000 };

for (const [name, fuzzer] of await fuzzers()) {
  test(`fuzzer ${name}: its smoke passes`, async (t) => {
    t.ok((await fuzz(fuzzer, 1, SMOKE)) > 0);
  });

  test(`fuzzer ${name}: its canary is caught`, async (t) => {
    t.ok(await canaryIsCaught(fuzzer, 1, CANARY));
  });
}

const failsOnSeven: Fuzzer = {
  name: 'seven',
  round: (random: Random) => {
    if (random.below(10) === 7) throw new Error('seven came up');
  },
  canary: () => {},
};

test('a failure names the command that repeats it, and that seed fails at once', async (t) => {
  const failure = (await fuzz(failsOnSeven, 1, CANARY).catch((error: unknown) => error)) as FuzzFailure;
  t.type(failure, FuzzFailure);
  t.match(failure.message, `node scripts/fuzz.mjs seven --seed ${failure.seed} --rounds 1`);
  await t.rejects(fuzz(failsOnSeven, failure.seed, { rounds: 1, timeMs: 1_000 }), FuzzFailure);
});

test('a canary that is never caught is reported', async (t) => {
  t.notOk(await canaryIsCaught(failsOnSeven, 1, { rounds: 10, timeMs: 1_000 }));
});
