/** Crashes of honest sessions by the thousand: docs/assurance.md, groups 7 and 10. */
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { crashes } from '../test/recorder/crash.ts';

const MOMENTS = Number(process.env['PANGATE_CRASHES'] ?? 10_000);

test(`${MOMENTS} crashes at random operations, unsynchronised pages lost at random`, {
  timeout: 3_600_000,
}, async (t) => {
  const found = await crashes(1_000_000, MOMENTS);
  writeFigures('10-crashes', {
    group: 10,
    what: 'end of the process, or loss of power with any of the unsynchronised pages and names lost, at a random operation; then recovery',
    input: `${found.sessions} random sessions on a disk in memory`,
    counts: {
      crashes: found.crashes,
      'accepted records': found.acceptedRecords,
      'of them lost': found.lost,
      'not VALID after recovery': found.faults.length,
      'with something never accepted kept aside': found.aside,
    },
  });
  t.strictSame(found.faults, []);
  t.equal(found.lost, 0);
});
