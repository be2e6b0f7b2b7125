import { test } from 'tap';
import { sweepOnce } from '../test/recorder/sweep.ts';

for (const code of ['EIO', 'ENOSPC', 'EROFS'] as const)
  for (const once of [true, false])
    for (const shortBytes of [0, 1, 100])
      test(`every operation of the disk fails with ${code} ${once ? 'once' : 'from then on'}, ${shortBytes} bytes into a write`, {
        timeout: 900_000,
      }, async (t) => {
        const { operations } = await sweepOnce({ nth: Number.POSITIVE_INFINITY, code });
        for (let nth = 0; nth < operations; nth++) {
          const run = await sweepOnce({ nth, code, once, shortBytes });
          if (run.fault !== '') t.fail(`operation ${nth}: ${run.fault}`);
        }
        t.ok(operations > 30, `${operations} operations`);
      });
