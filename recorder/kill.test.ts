/** A sample of recorder/kill.slow.ts: docs/assurance.md, group 10. */
import { test } from 'tap';
import { seededRandom } from '../test/random.ts';
import { killOnce } from '../test/recorder/kill.ts';
import { folderFor } from '../test/recorder/sample.ts';

test('kill -9 under load: every recording verifies up to its last accepted record', async (t) => {
  const random = seededRandom(9);
  for (const sizes of [
    [131_072, 67_108_864],
    [8192, 400_000],
    [1024, 30_000],
  ] as const) {
    const after = { afterLines: 1 + random.below(300), afterMs: random.below(50) };
    const kill = await killOnce({ directory: folderFor(t), ...after, sizes });
    t.strictSame(kill.faults, []);
    t.ok(kill.acceptedRecords > 0, `${kill.sessions} sessions, ${kill.acceptedRecords} accepted records`);
  }
});

test('kill -9 of the sealer, then of the gateway: beside the log every recording is valid', async (t) => {
  const kill = await killOnce({
    directory: folderFor(t),
    afterLines: 200,
    afterMs: 500,
    sizes: [8192, 400_000],
    sealerMs: 300,
  });
  t.strictSame(kill.faults, []);
  t.ok(kill.acceptedRecords > 0, `${kill.sessions} sessions, ${kill.acceptedRecords} accepted records`);
});
