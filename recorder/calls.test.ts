/** A sample of recorder/calls.slow.ts: docs/assurance.md, group 9. */
import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { callFault } from '../test/recorder/system-calls.ts';

const skip = spawnSync('strace', ['-V']).status !== 0 && 'strace is not installed';

test('a system call that fails, or is the last one, loses nothing that was accepted', { skip }, async (t) => {
  const sample = [
    ['pwrite64', 1, 'EIO'],
    ['pwrite64', 2, 'SIGKILL'],
    ['fdatasync', 2, 'ENOSPC'],
    ['openat', 1, 'EIO'],
    ['pwritev', 1, 'EINTR'],
    ['fsync', 2, 'SIGKILL'],
    ['close', 2, 'EIO'],
  ] as const;
  for (const [call, nth, fault] of sample) {
    const run = await callFault(call, nth, fault);
    t.match(run, { hit: true, fault: '' }, `${call} ${nth} ${fault}`);
  }
});
