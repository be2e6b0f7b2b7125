/** Random changes of a large recording: docs/assurance.md, group 1. `PANGATE_CHANGES` is how many. */
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { seededRandom } from '../test/random.ts';
import { verifyBytes } from '../test/recorder/frames.ts';
import { change, isMet, largeRecording } from '../test/recorder/large.ts';

const CHANGES = Number(process.env['PANGATE_CHANGES'] ?? 1_000_000);
const LARGE_BYTES = 100_000_000;
/** One random change in so many is verified whole as well, in both depths. */
const WHOLE_STEP = 10_000;

test('random changes of a large recording are told', { timeout: 3_600_000 }, async (t) => {
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
