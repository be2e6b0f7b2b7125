/** Every bit, length, frame and pair of frames: docs/assurance.md, groups 1 to 3. `PANGATE_CHANGES` is the number of random changes. */
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { seededRandom } from '../test/random.ts';
import { verifyBytes } from '../test/recorder/frames.ts';
import { allKinds } from '../test/recorder/kinds.ts';
import { change, isMet, largeRecording } from '../test/recorder/large.ts';
import { flips, runsRemoved, splices, surgery, type Tried, truncations } from '../test/recorder/tamper.ts';

const kinds = await allKinds();
const input = kinds.map(({ name, content }) => `${name} (${content.length} bytes)`).join(', ');
const CHANGES = Number(process.env['PANGATE_CHANGES'] ?? 1_000_000);
const LARGE_BYTES = 100_000_000;
/** One random change in so many is verified whole as well, in both depths. */
const WHOLE_STEP = 10_000;

const limits = { timeout: 3_600_000 };

function sum(all: readonly Tried[]): { tried: number; passed: string[] } {
  return {
    tried: all.reduce((total, { tried }) => total + tried, 0),
    passed: all.flatMap(({ passed }) => passed),
  };
}

test('every single flipped bit of every kind is told', limits, async (t) => {
  const all: Tried[] = [];
  for (const kind of kinds) all.push(await flips(kind, 1));
  const { tried, passed } = sum(all);
  writeFigures('01-flips', {
    group: 1,
    what: 'every single bit flipped, each verified quick and full',
    input,
    counts: { bits: tried, told: tried - new Set(passed).size },
  });
  t.strictSame(passed, [], `${tried} bits`);
});

test('every truncation of every kind is told, and what is trusted is what is sealed', limits, async (t) => {
  const all: Tried[] = [];
  for (const kind of kinds) all.push(await truncations(kind, 1));
  const { tried, passed } = sum(all);
  writeFigures('02-truncations', {
    group: 2,
    what: 'every length, verified quick and full; never valid, trusted records exact',
    input,
    counts: { lengths: tried, told: tried - passed.length },
  });
  t.strictSame(passed, [], `${tried} lengths`);
});

test('frames of every kind, in every pair, and runs of them', limits, async (t) => {
  const all: Tried[] = [];
  for (const kind of kinds) all.push(await surgery(kind), await runsRemoved(kind, 100));
  for (const kind of kinds)
    for (const other of kinds) if (other !== kind) all.push(await splices(kind, other));
  const { tried, passed } = sum(all);
  writeFigures('03-surgery', {
    group: 3,
    what: 'every frame deleted, doubled, moved, swapped with every other; runs removed; frames of every other kind put in',
    input,
    counts: { variants: tried, told: tried - passed.length },
  });
  t.strictSame(passed, [], `${tried} variants`);
});

test('random changes of a large recording are told', limits, async (t) => {
  const large = await largeRecording(LARGE_BYTES);
  const random = seededRandom(41);
  const missed: number[] = [];
  let whole = 0;
  for (let i = 0; i < CHANGES; i++) {
    const { from, undo } = change(large.content, random);
    if (!(await isMet(large, from))) missed.push(i);
    if (i % WHOLE_STEP === 0)
      for (const depth of ['quick', 'full'] as const) {
        whole++;
        if ((await verifyBytes(large.content, { depth })).status === 'VALID') missed.push(i);
      }
    undo();
  }
  writeFigures('01-random', {
    group: 1,
    what: '1 to 64 random bits or bytes changed; the walk taken up in front of the first',
    input: `a recording of ${large.content.length} bytes`,
    counts: { changes: CHANGES, told: CHANGES - missed.length, 'of them verified whole': whole },
  });
  t.strictSame(missed, []);
  t.equal((await verifyBytes(large.content, { depth: 'quick' })).status, 'VALID', 'as it was');
});
