/** The sealer as a process: found again when it dies, and sessions end when it stays away. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import {
  acceptance,
  archiveFor,
  folderFor,
  opening,
  recordingIn,
  writeStatement,
} from '../../test/recorder/sample.ts';
import { entriesIn } from '../../test/recorder/sealed.ts';
import {
  openAuditLog,
  type RecordingArchive,
  type StartedSealer,
  startSealer,
  verifyRecording,
} from '../index.ts';
import { recordingLimits } from '../limits.ts';
import { parseVkey, type VerifierKey } from '../log/note.ts';
import { SealerClient } from './client.ts';

interface Running {
  readonly directory: string;
  readonly started: StartedSealer;
  readonly archive: RecordingArchive;
}

async function run(t: Test, options: Parameters<typeof archiveFor>[1] = {}): Promise<Running> {
  const directory = folderFor(t);
  const started = await startSealer({ folder: join(directory, 'log'), durability: 'process' });
  t.teardown(() => started.stop());
  const archive = await archiveFor(t, {
    directory,
    notary: started.notary,
    segmentBytesMax: 1024,
    ...options,
  });
  return { directory, started, archive };
}

function nodesOf(directory: string): VerifierKey[] {
  const lines = readFileSync(join(directory, 'log/vkeys'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('node ')).map((line) => parseVkey(line.slice(5))!);
}

const LOOK_MS = 50;
/** A look that comes later than this was kept from coming: that time is nobody's here. */
const LATE_MS = 200;

/** Looks again and again; the milliseconds in which it could. */
async function until(what: () => boolean): Promise<number> {
  let awakeMs = 0;
  while (awakeMs < 60_000 && !what()) {
    const beganMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    awakeMs += Math.min(performance.now() - beganMs, LATE_MS);
  }
  return awakeMs;
}

test('a recording made with a sealer process is signed, and its key is in no file that the gateway reads', async (t) => {
  const { directory, archive } = await run(t);
  const path = await recordingIn(archive, 5);
  t.match(await verifyRecording(path, { nodes: nodesOf(directory) }), { status: 'VALID', signed: 'yes' });
  t.match(readFileSync(join(directory, 'log/sealer/node.key'), 'utf8'), /PRIVATE KEY/);
  t.notMatch(readFileSync(join(directory, 'log/vkeys'), 'utf8'), /PRIVATE/);
});

test('kill -9 of the sealer in the middle of a session: it goes on with the next one, signed by the node', async (t) => {
  // In strict mode a busy machine could make the silence between two sealers too long.
  const { directory, archive, started } = await run(t, { mode: 'best-effort' });
  const recorder = archive.open(opening);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 10; i++) await acceptance(recorder, writeStatement(recorder, i, ['x'.repeat(200)]));
    await new Promise((resolve) => setTimeout(resolve, 1300));
    const { pid } = started;
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await until(() => started.pid !== null && started.pid !== pid);
  }
  await recorder.close('client left');
  t.equal(recorder.failure, null);
  const report = await verifyRecording(archive.pathOf(recorder.sid), { nodes: nodesOf(directory) });
  t.match(report, { status: 'VALID', signed: 'yes' });
  const boots = entriesIn(join(directory, 'log')).filter(({ type }) => type === 'boot');
  t.ok(boots.length >= 3, `${boots.length} starts of the sealer in the log`);
});

test('a sealer that stays away ends strict sessions within the bound, and the next start signs them', async (t) => {
  const { directory, archive, started } = await run(t);
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  process.kill(started.pid!, 'SIGSTOP');
  const stopped = started.pid!;
  t.teardown(() => {
    try {
      process.kill(stopped, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  const silentMs = await until(() => recorder.failure !== null);
  t.match(recorder.failure, { code: 'record-failed', message: /sealer/ });
  t.ok(silentMs < recordingLimits.sealerSilenceMsMax + 6000, `after ${Math.round(silentMs)} ms`);
  t.match(archive.open(opening).failure, { code: 'record-failed' });
  process.kill(stopped, 'SIGKILL');
  await until(() => started.notary.trouble === null);
  const next = archive.open(opening);
  t.equal(next.failure, null);
  await recorder.close('failed');
  const report = await verifyRecording(archive.pathOf(recorder.sid), { nodes: nodesOf(directory) });
  t.match(report, { status: 'VALID', signed: 'yes', recovered: true });
});

test('the command line appends through the running sealer, and without one by itself', async (t) => {
  const { directory, archive, started } = await run(t);
  const log = (await openAuditLog(directory))!;
  await log.append({ type: 'view', who: 'auditor' });
  await log.close();
  await t.rejects(log.append({ type: 'view' }));
  await archive.close();
  await started.stop();
  const alone = (await openAuditLog(directory))!;
  await alone.append({ type: 'export', who: 'auditor' });
  await t.rejects(alone.append({ type: 'close', sid: 'x' }), { code: 'argument-invalid' });
  await alone.close();
  const types = entriesIn(join(directory, 'log')).map(({ type }) => type);
  t.ok(types.includes('view') && types.includes('export') && types.includes('stop'));
  t.equal(await openAuditLog(folderFor(t)), null);
});

test('a second sealer on the same log does not start', async (t) => {
  const { directory } = await run(t);
  await t.rejects(startSealer({ folder: join(directory, 'log'), durability: 'process' }), {
    code: 'record-failed',
  });
});

test('the folder of a log may have a long name', async (t) => {
  const folder = join(folderFor(t), 'x'.repeat(120), 'log');
  mkdirSync(folder, { recursive: true });
  const started = await startSealer({ folder, durability: 'process' });
  t.equal(await started.notary.append({ type: 'view' }), 1);
  await started.stop();
  t.ok(existsSync(join(folder, 'checkpoint')));
});

test('a sealer ends with the process that started it', async (t) => {
  const folder = join(folderFor(t), 'log');
  const started = await startSealer({ folder, durability: 'process' });
  const pid = started.pid!;
  await started.stop();
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  const client = new SealerClient(folder);
  await t.rejects(client.ready(300), { code: 'record-failed' });
  await client.close();
});
