/** Every system call of one session fails in every way: docs/assurance.md, group 9. */
import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { CALLS, type CallFault, callFault } from '../test/recorder/system-calls.ts';

const skip = spawnSync('strace', ['-V']).status !== 0 && 'strace is not installed';
const FAULTS: readonly CallFault[] = ['EIO', 'ENOSPC', 'EINTR', 'SIGKILL'];
/** More calls of one kind than a thread makes in one session. */
const CALLS_MAX = 60;

test('every system call fails in every way: nothing that was accepted is lost', {
  skip,
  timeout: 3_600_000,
}, async (t) => {
  const faults: string[] = [];
  let [runs, withRecords] = [0, 0];
  for (const call of CALLS)
    for (const fault of FAULTS)
      for (let nth = 1; nth <= CALLS_MAX; nth++) {
        const run = await callFault(call, nth, fault);
        if (run.fault !== '') faults.push(`${call} ${nth} ${fault}: ${run.fault}`);
        if (!run.hit) break;
        runs++;
        if (run.accepted >= 0) withRecords++;
      }
  writeFigures('09-system-calls', {
    group: 9,
    what: `each call of ${CALLS.join(', ')} fails with each of ${FAULTS.join(', ')} (strace)`,
    input: 'one session of two statements, archive open to archive closed',
    counts: { faults: runs, 'with accepted records': withRecords, 'lost or not VALID': faults.length },
  });
  t.strictSame(faults, []);
  t.ok(runs > 60, `${runs} faults`);
});
