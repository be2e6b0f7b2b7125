import { test } from 'tap';
import { seededRandom } from '../test/random.ts';
import { killOnce } from '../test/recorder/kill.ts';
import { folderFor } from '../test/recorder/sample.ts';

const KILLS = Number(process.env['PANGATE_KILLS'] ?? 200);
const SIZES = [
  [131_072, 67_108_864],
  [8192, 400_000],
  [1024, 30_000],
] as const;

test(`kill -9 under load, ${KILLS} times: every recording verifies up to its last accepted record`, {
  timeout: 3_600_000,
}, async (t) => {
  const random = seededRandom(11);
  let sessions = 0;
  let records = 0;
  for (let i = 0; i < KILLS; i++) {
    const kill = await killOnce(folderFor(t), random.below(900), SIZES[i % SIZES.length]!);
    if (kill.faults.length > 0) t.strictSame(kill.faults, [], `kill ${i}`);
    sessions += kill.sessions;
    records += kill.acceptedRecords;
  }
  t.ok(records > KILLS * 100, `${sessions} sessions, ${records} accepted records`);
});
