/** What fails while a session is recorded: unrecorded is unsent, and nothing accepted is lost. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type Fault, faultyDisk } from '../test/recorder/disks.ts';
import { acceptance, archiveFor, folderFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { systemDisk } from './disk.ts';
import { openArchive, openRecording, recordingPath, verifyRecording } from './index.ts';
import { SegmentPool } from './segment-pool.ts';

const isJournal = (path: string): boolean => path.endsWith('.pgj');
const isRecording = (path: string): boolean => path.endsWith('.pgr.zst');

/** Writes statements until the recorder fails or `limit` is reached; the last accepted number. */
async function writeUntilFailure(
  recorder: ReturnType<Awaited<ReturnType<typeof archiveFor>>['open']>,
  limit: number,
): Promise<number> {
  for (let id = 0; id < limit && recorder.failure === null; id++) {
    const seq = writeStatement(recorder, id, ['z'.repeat(200)]);
    await acceptance(recorder, seq).catch(() => undefined);
  }
  return recorder.accepted;
}

/** Opens the directory again on a healthy disk and checks that the session is whole up to `seq`. */
async function recoveredUpTo(t: Test, directory: string, sid: string, seq: number): Promise<void> {
  const archive = await openArchive({ directory, mode: 'strict', gatewayVersion: '0' });
  await archive.close();
  const report = await verifyRecording(recordingPath(directory, sid));
  t.equal(report.status, 'VALID', report.reason);
  t.ok(report.records > seq, `${report.records} records, accepted up to ${seq}`);
}

const faults: readonly (readonly [string, Fault])[] = [
  [
    'the journal is full',
    { on: (operation, path) => operation === 'writev' && isJournal(path), nth: 4, code: 'ENOSPC' },
  ],
  [
    'the journal is full in the middle of a write',
    {
      on: (operation, path) => operation === 'writev' && isJournal(path),
      nth: 4,
      code: 'ENOSPC',
      shortBytes: 150,
    },
  ],
  [
    'the journal cannot be put on the medium',
    { on: (operation, path) => operation === 'datasync' && isJournal(path), nth: 3, code: 'EIO' },
  ],
  [
    'no journal file can be created',
    { on: (operation, path) => operation === 'open' && isJournal(path), nth: 0, code: 'EROFS' },
  ],
  [
    'the recording cannot be created',
    { on: (operation, path) => operation === 'open' && isRecording(path), nth: 0, once: true, code: 'EIO' },
  ],
  [
    'the recording is full',
    {
      on: (operation, path) => operation === 'writev' && isRecording(path),
      nth: 2,
      code: 'ENOSPC',
      shortBytes: 99,
    },
  ],
  [
    'the recording cannot be put on the medium',
    {
      on: (operation, path) => operation === 'datasync' && isRecording(path),
      nth: 0,
      once: true,
      code: 'EIO',
    },
  ],
];

for (const [name, fault] of faults) {
  test(`${name}: a strict session fails, and all that was accepted is recovered`, async (t) => {
    const directory = folderFor(t);
    const alerts: Error[] = [];
    const disk = faultyDisk(systemDisk, fault);
    const archive = await archiveFor(t, {
      directory,
      disk,
      segmentBytesMax: 2048,
      onAlert: (error) => alerts.push(error),
    });
    const recorder = archive.open(opening);
    const accepted = await writeUntilFailure(recorder, 100);
    await recorder.close('client left');
    t.match(recorder.failure, { code: 'record-failed' });
    t.ok(alerts.length > 0);
    await archive.close();
    if (accepted >= 0) await recoveredUpTo(t, directory, recorder.sid, accepted);
  });
}

test('a journal that fails for a while: a best-effort session goes on and loses nothing that fits', async (t) => {
  const directory = folderFor(t);
  const alerts: Error[] = [];
  const disk = faultyDisk(systemDisk, {
    on: (operation, path) => operation === 'writev' && isJournal(path),
    nth: 3,
    code: 'ENOSPC',
    shortBytes: 70,
  });
  const archive = await archiveFor(t, {
    directory,
    disk,
    mode: 'best-effort',
    onAlert: (error) => alerts.push(error),
  });
  const recorder = archive.open(opening);
  let last = 0;
  for (let id = 0; id < 50; id++) {
    last = writeStatement(recorder, id);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.equal(alerts.length, 1);
  disk.heal();
  await acceptance(recorder, last);
  await recorder.close('client left');
  const report = await verifyRecording(archive.pathOf(recorder.sid));
  t.match(report, { status: 'VALID', statements: 50 });
});

test('a journal that fails for long: a best-effort session loses records, says so, and memory stays bounded', async (t) => {
  const disk = faultyDisk(systemDisk, {
    on: (operation, path) => operation === 'writev' && isJournal(path),
    nth: 2,
    code: 'ENOSPC',
  });
  const archive = await archiveFor(t, { disk, mode: 'best-effort' });
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  for (let id = 0; id < 3000; id++) {
    writeStatement(recorder, id, Array(40).fill('w'.repeat(200)));
    if (id % 100 === 0) await new Promise(setImmediate);
  }
  t.ok(recorder.pendingBytes < 9_000_000, `${recorder.pendingBytes} bytes wait`);
  disk.heal();
  while (recorder.pendingBytes > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await acceptance(recorder, writeStatement(recorder, 9999));
  await recorder.close('client left');
  const recording = await openRecording(archive.pathOf(recorder.sid));
  const gaps: number[] = [];
  for await (const { type, data } of recording.records())
    if (type === 'gap') gaps.push(Number(data['events']));
  await recording.close();
  t.equal(gaps.length, 1);
  t.ok(gaps[0]! > 1000);
  t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'VALID');
});

test('a killed worker ends a strict session, and the recording is completed from the journal', async (t) => {
  const killed = t.capture(SegmentPool.prototype, 'pack', async function (this: SegmentPool): Promise<never> {
    this.leave();
    throw new Error('worker exited with code: 1');
  });
  const archive = await archiveFor(t, { segmentBytesMax: 2048 });
  const recorder = archive.open(opening);
  await writeUntilFailure(recorder, 100);
  t.match(recorder.failure, { code: 'record-failed' });
  t.ok(killed().length > 0);
  await recorder.close('client left');
  t.match(await verifyRecording(archive.pathOf(recorder.sid)), { status: 'VALID', recovered: true });
});

test('a worker thread that is ended for real: its segment fails, the next one gets a new worker', async (t) => {
  const pool = new SegmentPool(196_608, 1);
  t.teardown(() => pool.close());
  const pack = async (): Promise<unknown> => {
    await pool.enter();
    return pool.pack(new Uint8Array(32_000_000).fill(0xc0), 32_000_000);
  };
  await t.rejects(pack(), { message: 'a segment does not begin with its seed' }, 'the worker is up');
  const busy = t.rejects(pack(), { message: /worker/i });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await pool.threads[0]!.terminate();
  await busy;
  await t.rejects(pack(), { message: 'a segment does not begin with its seed' }, 'another worker is up');
});

test('a pool that is closed while a thread is just starting lets it finish what it was given', async (t) => {
  const pool = new SegmentPool(196_608, 1);
  await pool.enter();
  const packed = t.rejects(pool.pack(new Uint8Array(4096).fill(0xc0), 4096), {
    message: 'a segment does not begin with its seed',
  });
  await pool.close();
  await packed;
});

test('a full file system ends strict sessions; what was accepted verifies', {
  skip: tmpfsMissing(),
}, async (t) => {
  const directory = join(folderFor(t), 'small');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'pangate-test', directory]);
  t.teardown(() => execFileSync('umount', ['-l', directory]));
  const archive = await openArchive({ directory, mode: 'strict', gatewayVersion: '0', threads: 1 });
  const recorder = archive.open(opening);
  const accepted = await writeUntilFailure(recorder, 5000);
  t.match(recorder.failure, { code: 'record-failed' });
  await recorder.close('client left');
  await archive.close();
  execFileSync('mount', ['-o', 'remount,size=8m', directory]);
  await recoveredUpTo(t, directory, recorder.sid, accepted);
  t.strictSame(readdirSync(join(directory, 'journal')), []);
});

test('a read-only file system is told at the start', { skip: tmpfsMissing() }, async (t) => {
  const directory = join(folderFor(t), 'read-only');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'pangate-test', directory]);
  t.teardown(() => execFileSync('umount', ['-l', directory]));
  await t.rejects(archiveFor(t, { directory }), { code: 'record-failed', remedy: /recordings directory/ });
});

function tmpfsMissing(): string | false {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const probe = mkdtempSync(join(tmpdir(), 'pangate-mount-'));
  const isMounted = spawnQuiet('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'pangate-probe', probe]);
  if (isMounted) spawnQuiet('umount', [probe]);
  rmdirSync(probe);
  return isMounted ? false : 'no mount rights here';
}

function spawnQuiet(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
