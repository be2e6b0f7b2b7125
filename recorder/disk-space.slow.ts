/** A disk that is full at every byte of a segment: docs/assurance.md, group 11. */
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { fill, SEGMENT_BYTES } from '../test/recorder/fill.ts';

const RESERVE_BYTES = 24_576;
const FROM_BYTES = 60_000;
const STEP = Number(process.env['PANGATE_FULL_STEP'] ?? 1);

test('wherever in a segment the disk is full, nothing that was accepted is lost', {
  timeout: 3_600_000,
}, async (t) => {
  const faults: string[] = [];
  let [runs, late, unsaid] = [0, 0, 0];
  for (let bytes = FROM_BYTES; bytes < FROM_BYTES + SEGMENT_BYTES; bytes += STEP) {
    const { failure, accepted, last, records, status, isLate } = await fill(bytes, RESERVE_BYTES);
    runs++;
    const code = (failure as { code?: string } | null)?.code;
    if (status !== 'VALID') faults.push(`${bytes}: ${status}`);
    if (records <= accepted) faults.push(`${bytes}: ${records} records, accepted up to ${accepted}`);
    if (isLate) late++;
    else if (code !== 'disk-full' || last?.data['why'] !== 'disk-full') unsaid++;
  }
  writeFigures('11-full-disk', {
    group: 11,
    what: `a strict session on a disk with room for so many bytes, every ${STEP === 1 ? '' : `${STEP}th `}number of them`,
    input: `segments of ${SEGMENT_BYTES} bytes, a reserve of ${RESERVE_BYTES}`,
    counts: {
      disks: runs,
      'completed by the next start': late,
      'lost or not VALID': faults.length,
      'without the reason at its end': unsaid,
    },
  });
  t.strictSame(faults, []);
  // The reserve helps for two seconds: a process that is kept waiting for longer ends without the reason.
  t.ok(unsaid <= runs / 50, `${unsaid} of ${runs} without the reason`);
});
