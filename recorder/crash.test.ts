/** A sample of recorder/crash.slow.ts: docs/assurance.md, groups 7 and 10. */
import { test } from 'tap';
import { crashes } from '../test/recorder/crash.ts';

test('wherever power is lost or the process killed, what was accepted is recovered and nothing is called changed', async (t) => {
  const { crashes: count, acceptedRecords, faults } = await crashes(100, 150);
  t.strictSame(faults, []);
  t.ok(count >= 150 && acceptedRecords > 1000, `${count} crashes, ${acceptedRecords} accepted records`);
});
