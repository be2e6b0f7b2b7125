import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import {
  acceptance,
  archiveFor,
  folderFor,
  opening,
  recordingIn,
  writeStatement,
} from '../test/recorder/sample.ts';
import { type Disk, type DiskFile, systemDisk } from './disk.ts';
import { openArchive, openRecording, type RecordRead, verifyRecording } from './index.ts';

async function recordsOf(path: string): Promise<RecordRead[]> {
  const recording = await openRecording(path);
  const records: RecordRead[] = [];
  for await (const record of recording.records()) records.push(record);
  await recording.close();
  return records;
}

test('a session comes back record by record, in order', async (t) => {
  const archive = await archiveFor(t);
  const path = await recordingIn(archive, 3);
  const records = await recordsOf(path);
  t.strictSame(
    records.map((record) => record.seq),
    records.map((_, i) => i),
  );
  t.strictSame(
    records.map((record) => record.type),
    ['seed', 's.open', ...Array(3).fill(['sql.q', 'sql.cols', 'sql.rows', 'sql.done']).flat(), 's.close'],
  );
  t.strictSame(records[4]?.data, { id: 0, off: 0, rows: [['one'], ['two']] });
  t.equal((await verifyRecording(path)).status, 'VALID');
});

test('the opening says who, what, when, from where, on what and with which result', async (t) => {
  const archive = await archiveFor(t, { node: 'gw-1' });
  const records = await recordsOf(await recordingIn(archive, 0));
  const { user, protocol, client, target, result, gateway, wall_us } = records[1]!.data as Record<
    string,
    never
  >;
  t.match(
    { user, protocol, client, target, result },
    { ...opening, rules: undefined, configDigest: undefined },
  );
  t.match(gateway, { node: 'gw-1', version: '0.0.0', config: opening.configDigest });
  t.ok(Math.abs(Number(wall_us) - Date.now() * 1000) < 60e6);
});

test('a record is accepted only when the journal holds it', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  const seq = writeStatement(recorder, 1);
  t.equal(recorder.accepted, -1);
  t.ok(recorder.pendingBytes > 0);
  await acceptance(recorder, seq);
  t.equal(recorder.accepted, seq);
  t.equal(recorder.pendingBytes, 0);
});

test('what is written while a group is on its way is not accepted with it', async (t) => {
  const gate: Gate = { isOpen: false, waiting: [] };
  const archive = await archiveFor(t, { disk: gatedDisk(gate), segmentBytesMax: 300 });
  const recorder = archive.open(opening);
  const first = writeStatement(recorder, 0);
  while (gate.waiting.length === 0) await new Promise(setImmediate);
  let last = first;
  for (let id = 1; id < 20; id++) last = writeStatement(recorder, id);
  while (recorder.written < last) await new Promise(setImmediate);
  gate.waiting.shift()!();
  await acceptance(recorder, first);
  t.equal(recorder.accepted, first);
  t.equal(recorder.written, last);
  gate.isOpen = true;
  for (const pass of gate.waiting) pass();
  await acceptance(recorder, last);
});

interface Gate {
  isOpen: boolean;
  readonly waiting: (() => void)[];
}

/** A disk on which each datasync of the journal but the first waits at a gate. */
function gatedDisk(gate: Gate): Disk {
  return {
    ...systemDisk,
    open: async (path, how) => {
      const file = await systemDisk.open(path, how);
      if (!path.endsWith('.pgj')) return file;
      let syncs = 0;
      const datasync: DiskFile['datasync'] = async () => {
        if (syncs++ > 0 && !gate.isOpen) await new Promise<void>((resolve) => gate.waiting.push(resolve));
        return file.datasync();
      };
      return { ...file, datasync };
    },
  };
}

test('many sessions at once share the journal and each has its own file', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 2048 });
  const paths = await Promise.all(Array.from({ length: 40 }, (_, i) => recordingIn(archive, i)));
  for (const [i, path] of paths.entries()) {
    const report = await verifyRecording(path);
    t.match(report, { status: 'VALID', statements: i });
  }
  t.equal(archive.sessions, 0);
});

test('a segment closes at its size, and records larger than one fit', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 4096 });
  const recorder = archive.open(opening);
  for (let i = 0; i < 50; i++) writeStatement(recorder, i);
  const seq = recorder.write({ type: 'sql.q', data: { id: 99, text: 'x'.repeat(300_000) } });
  await recorder.close('client left');
  const report = await verifyRecording(archive.pathOf(recorder.sid));
  t.equal(report.status, 'VALID');
  t.ok(report.seals >= 3);
  const records = await recordsOf(archive.pathOf(recorder.sid));
  t.equal((records[seq]!.data as { text: string }).text.length, 300_000);
});

test('a record over the limit fails a strict session and is a gap in a best-effort one', async (t) => {
  const strict = (await archiveFor(t)).open(opening);
  strict.write({ type: 'sql.q', data: { text: 'x'.repeat(5_000_000) } });
  t.match(strict.failure, { code: 'record-failed' });
  const alerts: Error[] = [];
  const archive = await archiveFor(t, { mode: 'best-effort', onAlert: (error) => alerts.push(error) });
  const lenient = archive.open(opening);
  lenient.write({ type: 'sql.q', data: { text: 'x'.repeat(5_000_000) } });
  writeStatement(lenient, 1);
  await lenient.close('client left');
  const gaps = (await recordsOf(archive.pathOf(lenient.sid))).filter((record) => record.type === 'gap');
  t.match(gaps, [{ data: { events: 1 } }]);
  t.equal(alerts.length, 1);
});

test('after the end, and after a failure, a write is never accepted', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  await recorder.close('client left');
  t.ok(recorder.write({ type: 'sql.q', data: {} }) > recorder.accepted);
});

test('silence is sealed, and a segment does not stay open beyond its age', async (t) => {
  let nowUs = 1_000_000;
  const clock = { monotonicUs: () => nowUs, wallUs: () => 1_795_000_000_000_000 + nowUs };
  const archive = await archiveFor(t, { clock, segmentAgeMs: 60_000 });
  const recorder = archive.open(opening);
  const seq = writeStatement(recorder, 1);
  await acceptance(recorder, seq);
  for (let minute = 0; minute < 3; minute++) {
    nowUs += 61_000_000;
    await new Promise((resolve) => setTimeout(resolve, 1200));
  }
  await recorder.close('client left');
  const report = await verifyRecording(archive.pathOf(recorder.sid));
  t.equal(report.status, 'VALID');
  t.equal(report.seals, 4, 'the first segment, two silences, the closing segment');
});

test('a step of the wall clock is a record, and the recording stays valid', async (t) => {
  let stepUs = 0;
  const clock = {
    monotonicUs: () => Math.round(performance.now() * 1000),
    wallUs: () => Date.now() * 1000 + stepUs,
  };
  const archive = await archiveFor(t, { clock });
  const recorder = archive.open(opening);
  stepUs = -3_600_000_000;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await recorder.close('client left');
  const steps = (await recordsOf(archive.pathOf(recorder.sid))).filter((record) => record.type === 'clock');
  t.equal(steps.length, 1);
  t.ok(Math.abs(Number(steps[0]!.data['step_us']) + 3_600_000_000) < 1e6);
  t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'VALID');
});

test('a directory belongs to one process at a time', async (t) => {
  const archive = await archiveFor(t);
  const directory = join(archive.pathOf('0'.repeat(26)), '..', '..', '..', '..');
  await t.rejects(openArchive({ directory, mode: 'strict', gatewayVersion: '0' }), { code: 'record-failed' });
  const second = await openArchive({ directory, mode: 'strict', gatewayVersion: '0', journal: 'journal-2' });
  await second.close();
});

test('the lock of a process that is gone is taken over', async (t) => {
  const directory = folderFor(t);
  mkdirSync(join(directory, 'journal'));
  writeFileSync(join(directory, 'journal', 'lock'), '999999999 1 00\n');
  const archive = await archiveFor(t, { directory });
  t.equal(archive.sessions, 0);
});

test('a directory that cannot be written is an error that says what to do', {
  skip: process.getuid?.() === 0 && 'root may write everywhere',
}, async (t) => {
  const directory = folderFor(t);
  chmodSync(directory, 0o500);
  await t.rejects(archiveFor(t, { directory }), { code: 'record-failed', remedy: /write/ });
});

test('journal files go when all their sessions are safe', async (t) => {
  const directory = folderFor(t);
  const archive = await archiveFor(t, { directory, segmentBytesMax: 8192, journalFileBytesMax: 20_000 });
  for (let round = 0; round < 5; round++) {
    const recorder = archive.open(opening);
    for (let i = 0; i < 60; i++) {
      const seq = writeStatement(recorder, i, ['x'.repeat(200)]);
      if (i % 10 === 0) await acceptance(recorder, seq);
    }
    await recorder.close('client left');
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.ok(readdirSync(join(directory, 'journal')).filter((name) => name.endsWith('.pgj')).length <= 2);
  await archive.close();
  t.strictSame(readdirSync(join(directory, 'journal')), []);
});

test('a long session does not hold the journal: files behind its sealed segments go', async (t) => {
  const directory = folderFor(t);
  const archive = await archiveFor(t, { directory, segmentBytesMax: 8192, journalFileBytesMax: 50_000 });
  const recorder = archive.open(opening);
  let most = 0;
  for (let i = 0; i < 400; i++) {
    const seq = writeStatement(recorder, i, ['y'.repeat(250)]);
    if (i % 5 === 0) await acceptance(recorder, seq);
    most = Math.max(most, readdirSync(join(directory, 'journal')).length);
  }
  t.ok(most < 10, `at most ${most} files at a time`);
  await recorder.close('client left');
  t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'VALID');
});

test('closing the archive closes its sessions', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  writeStatement(recorder, 1);
  await archive.close();
  const path = archive.pathOf(recorder.sid);
  t.ok(existsSync(path));
  t.equal((await verifyRecording(path)).status, 'VALID');
  t.throws(() => archive.open(opening), { code: 'shutting-down' });
});
