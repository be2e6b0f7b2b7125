/** A sample of recorder/tamper.slow.ts: docs/assurance.md, groups 1 to 3. */
import { test } from 'tap';
import { seededRandom } from '../test/random.ts';
import { verifyBytes } from '../test/recorder/frames.ts';
import { allKinds, verifyAs } from '../test/recorder/kinds.ts';
import { change, isMet, largeRecording } from '../test/recorder/large.ts';
import { flips, runsRemoved, splices, surgery, truncations } from '../test/recorder/tamper.ts';

const kinds = await allKinds();
/** Of so many bits and lengths one is tried; both are prime, so that all bits of a byte come. */
const BIT_STEP = 211;
const LENGTH_STEP = 31;

test('every kind is what it is said to be, in both depths', async (t) => {
  for (const kind of kinds)
    for (const depth of ['full', 'quick'] as const)
      t.equal((await verifyAs(kind, kind.content, { depth })).status, kind.status, kind.name);
});

for (const kind of kinds) {
  test(`${kind.name}: flipped bits are told`, async (t) => {
    const { tried, passed } = await flips(kind, BIT_STEP);
    t.strictSame(passed, [], `${tried} bits`);
  });

  test(`${kind.name}: truncations are told, and what is trusted is what is sealed`, async (t) => {
    const { tried, passed } = await truncations(kind, LENGTH_STEP);
    t.strictSame(passed, [], `${tried} lengths`);
  });

  test(`${kind.name}: frames that are deleted, doubled, swapped or moved are told`, async (t) => {
    const { tried, passed } = await surgery(kind);
    t.strictSame(passed, [], `${tried} variants`);
    const runs = await runsRemoved(kind, 3);
    t.strictSame(runs.passed, [], `${runs.tried} runs`);
  });
}

test('frames of another session, of another kind, and by another node are told', async (t) => {
  const [sql, , terminal] = kinds;
  const stranger = kinds.find(({ name }) => name === 'recovered')!;
  for (const other of [terminal!, stranger]) {
    const { tried, passed } = await splices(sql!, other);
    t.strictSame(passed, [], `${tried} splices`);
  }
});

test('random changes of a longer recording are met by the walk, and told by the verifier', async (t) => {
  const large = await largeRecording(2_000_000);
  const random = seededRandom(42);
  for (let i = 0; i < 300; i++) {
    const { from, undo } = change(large.content, random);
    if (!(await isMet(large, from))) t.fail(`change ${i} is not met`);
    if (i % 10 === 0) t.equal((await verifyBytes(large.content, { depth: 'quick' })).status, 'TAMPERED');
    undo();
  }
  t.equal((await verifyBytes(large.content)).status, 'VALID', 'as it was');
});
