/** Every bit, length, frame and pair of frames: docs/assurance.md, groups 1 to 3. */
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { allKinds } from '../test/recorder/kinds.ts';
import { flips, runsRemoved, splices, surgery, type Tried, truncations } from '../test/recorder/tamper.ts';

const kinds = await allKinds();
const bytes = kinds.reduce((sum, { content }) => sum + content.length, 0);
const input = `every kind, ${bytes.toLocaleString('en')} bytes in all`;
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
