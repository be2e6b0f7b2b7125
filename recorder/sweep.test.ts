import { test } from 'tap';
import { sweepOnce } from '../test/recorder/sweep.ts';

test('whichever operation of the disk fails, what was accepted is recovered', async (t) => {
  const { operations } = await sweepOnce({ nth: Number.POSITIVE_INFINITY, code: 'EIO' });
  t.ok(operations > 30, `${operations} operations`);
  let failed = 0;
  for (let nth = 0; nth < operations; nth += 3) {
    const run = await sweepOnce({ nth, code: 'EIO', once: nth % 2 === 0, shortBytes: 33 });
    if (run.fault !== '') t.fail(`operation ${nth}: ${run.fault}`);
    failed++;
  }
  t.ok(failed > 10, `${failed} operations failed`);
});
