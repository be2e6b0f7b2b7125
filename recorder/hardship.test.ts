/** Slow disks, no descriptors, and a session that is much larger than others: docs/assurance.md, groups 11 and 12. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { type Test, test } from 'tap';
import { acceptance, archiveFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { type Disk, systemDisk } from './disk.ts';
import { verifyRecording } from './index.ts';

const noLimits = spawnSync('prlimit', ['--version']).status !== 0 && 'prlimit is not installed';

/** A disk on which the journal's way to the medium takes so long. */
function slowDisk(ms: number): Disk {
  return {
    ...systemDisk,
    open: async (path, how) => {
      const file = await systemDisk.open(path, how);
      if (!path.endsWith('.pgj')) return file;
      const datasync = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        await file.datasync();
      };
      return { ...file, datasync };
    },
  };
}

test('an fdatasync of seconds: nothing is accepted before it, what waits is counted, and then all is', async (t) => {
  const slowMs = 2500;
  const archive = await archiveFor(t, { disk: slowDisk(slowMs) });
  const recorder = archive.open(opening);
  const beganMs = performance.now();
  let [bytes, last, early] = [0, 0, 0];
  for (let id = 0; id < 400; id++) {
    last = writeStatement(recorder, id, ['x'.repeat(200)]);
    if (id % 20 === 0) await new Promise(setImmediate);
    if (recorder.accepted >= 0 && performance.now() - beganMs < slowMs) early++;
    if (recorder.pendingBytes <= bytes && recorder.accepted < 0) t.fail(`${id}: what waits is not counted`);
    bytes = recorder.pendingBytes;
  }
  t.equal(early, 0);
  await acceptance(recorder, last);
  t.ok(performance.now() - beganMs >= slowMs - 5);
  t.equal(recorder.pendingBytes, 0);
  await recorder.close('client left');
  t.match(await verifyRecording(archive.pathOf(recorder.sid)), { status: 'VALID', statements: 400 });
});

/** No descriptor is left while `work` runs: few are allowed, and all are taken. */
async function withoutDescriptors(t: Test, work: () => Promise<void>): Promise<void> {
  const limit = (count: string): void => {
    const { status } = spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${count}:`]);
    t.equal(status, 0);
  };
  const before = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
  // Some are left for the process that raises the limit again.
  limit(String(Math.max(...readdirSync('/proc/self/fd').map(Number)) + 20));
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    t.match(error, { code: 'EMFILE' });
  }
  await work();
  for (const each of taken) closeSync(each);
  limit(before);
}

test('without descriptors a new strict session fails, one that is open goes on, and later ones are recorded', {
  skip: noLimits,
}, async (t) => {
  const archive = await archiveFor(t);
  const open = archive.open(opening);
  await acceptance(open, writeStatement(open, 1));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await withoutDescriptors(t, async () => {
    const late = archive.open(opening);
    writeStatement(late, 1);
    for (let waits = 0; waits < 200 && late.failure === null; waits++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    t.match(late.failure, { code: 'record-failed' });
    await acceptance(open, writeStatement(open, 2));
  });
  const after = archive.open(opening);
  await acceptance(after, writeStatement(after, 1));
  for (const recorder of [open, after]) {
    await recorder.close('client left');
    t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'VALID');
  }
});

test('a session with a large backlog keeps no other one waiting', async (t) => {
  const archive = await archiveFor(t);
  const [huge, small] = [archive.open(opening), archive.open(opening)];
  let last = 0;
  for (let id = 0; id < 4000; id++) last = writeStatement(huge, id, Array(60).fill('x'.repeat(150)));
  t.ok(huge.pendingBytes > 30_000_000, `${huge.pendingBytes} bytes wait`);
  await acceptance(small, writeStatement(small, 1));
  t.ok(huge.accepted < last, `the other one has ${huge.accepted} of ${last}`);
  await acceptance(huge, last);
  await Promise.all([huge, small].map((recorder) => recorder.close('client left')));
  for (const { sid } of [huge, small]) t.equal((await verifyRecording(archive.pathOf(sid))).status, 'VALID');
});
