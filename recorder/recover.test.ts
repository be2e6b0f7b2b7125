/** After a crash: every accepted record is in a recording that verifies. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { faultyDisk, memoryDisk, memoryFile } from '../test/recorder/disks.ts';
import { acceptance, archiveFor, folderFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { systemDisk } from './disk.ts';
import { openArchive, type Recovery, recordingPath, type Verification, verifyRecording } from './index.ts';
import { recoverFolder } from './recover.ts';
import { verifyFile } from './verify.ts';

interface Crashed {
  readonly directory: string;
  readonly sid: string;
  readonly accepted: number;
}

/** A copy of a directory as a crash would leave it: one session, some segments sealed, some records in the journal only. */
async function crashed(t: Test, statements = 5, segmentBytesMax = 600, group = 1): Promise<Crashed> {
  const live = folderFor(t);
  const archive = await archiveFor(t, { directory: live, segmentBytesMax });
  const recorder = archive.open(opening);
  for (let id = 0; id < statements; id++) {
    const seq = writeStatement(recorder, id);
    if (id % group === 0 || id === statements - 1) await acceptance(recorder, seq);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const directory = join(folderFor(t), 'copy');
  cpSync(live, directory, { recursive: true });
  rmSync(join(directory, 'journal', 'lock'));
  const { sid, accepted } = recorder;
  await archive.close();
  return { directory, sid, accepted };
}

async function recover(directory: string): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  const archive = await openArchive({
    directory,
    mode: 'strict',
    gatewayVersion: '0',
    threads: 1,
    onRecovery: (recovery) => recoveries.push(recovery),
  });
  await archive.close();
  return recoveries;
}

function journalOf(directory: string): string {
  const name = readdirSync(join(directory, 'journal')).find((each) => each.endsWith('.pgj'));
  return join(directory, 'journal', name!);
}

test('a crash leaves a recording that is completed at the next start', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const path = recordingPath(directory, sid);
  t.equal((await verifyRecording(path)).status, 'CRASH-TAIL');
  t.match(await recover(directory), [{ sid, outcome: 'recovered', records: accepted + 1 }]);
  t.match(await verifyRecording(path), { status: 'VALID', recovered: true, records: accepted + 1 });
  t.strictSame(readdirSync(join(directory, 'journal')), []);
  t.strictSame(await recover(directory), [], 'and only once');
});

test('zeros that were written ahead of records are no damage', async (t) => {
  const { directory, sid, accepted } = await crashed(t, 5000, 4_000_000, 50);
  const journal = readFileSync(journalOf(directory));
  t.ok(
    journal.subarray(-500_000).every((byte) => byte === 0),
    `${journal.length} bytes`,
  );
  t.match(await recover(directory), [{ sid, outcome: 'recovered', records: accepted + 1 }]);
  t.match(await verifyRecording(recordingPath(directory, sid)), { status: 'VALID', records: accepted + 1 });
  t.strictSame(readdirSync(join(directory, 'journal')), []);
});

test('a recording is open to a verifier while its recorder lives', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'OPEN');
});

/** The crashed session in memory, with its file and journal cut to some length; recovered. */
async function recoverCut(cut: { path: string; file: Buffer; journal: Buffer }): Promise<Cut> {
  const recoveries: Recovery[] = [];
  const files = new Map([['/archive/journal/00000001.pgj', cut.journal]]);
  const sid = cut.path.slice(-34, -8);
  const path = recordingPath('/archive', sid);
  if (cut.file.length > 0) files.set(path, cut.file);
  await recoverFolder('/archive/journal', {
    disk: memoryDisk(files),
    directory: '/archive',
    wall: () => ({ us: 1_795_000_000_000_000, errorUs: 0 }),
    pathOf: (each) => recordingPath('/archive', each),
    notary: null,
    onRecovery: (recovery) => recoveries.push(recovery),
  });
  const recovered = files.get(path);
  const torn = files.get(path.replace('.pgr.zst', '.torn')) ?? Buffer.alloc(0);
  return {
    recovery: recoveries[0],
    torn,
    report: recovered && (await verifyFile(memoryFile(recovered), path)),
  };
}

interface Cut {
  readonly recovery: Recovery | undefined;
  readonly torn: Buffer;
  readonly report: Verification | undefined;
}

test('for every length that a torn file may have, the recording is recovered whole', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const path = recordingPath(directory, sid);
  const whole = readFileSync(path);
  const journal = readFileSync(journalOf(directory));
  let torn = 0;
  for (let bytes = 0; bytes <= whole.length; bytes++) {
    const cut = await recoverCut({ path, file: whole.subarray(0, bytes), journal });
    const tornBytes = cut.recovery?.tornBytes ?? 0;
    if (cut.report?.status !== 'VALID' || cut.report.records <= accepted)
      t.fail(`cut at ${bytes}: ${cut.report?.reason}`);
    if (!cut.torn.equals(whole.subarray(bytes - tornBytes, bytes)))
      t.fail(`cut at ${bytes}: torn bytes are lost`);
    if (tornBytes > 0) torn++;
  }
  t.ok(torn > whole.length * 0.9, `${torn} of ${whole.length} cuts were inside a frame`);
});

test('for every length that a torn journal may have, a prefix is recovered and verifies', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const path = recordingPath(directory, sid);
  const journal = readFileSync(journalOf(directory));
  let records = 0;
  for (let bytes = 0; bytes <= journal.length; bytes++) {
    const cut = await recoverCut({ path, file: Buffer.alloc(0), journal: journal.subarray(0, bytes) });
    if (cut.recovery === undefined && cut.report === undefined) continue;
    if (cut.report?.status !== 'VALID' || cut.report.records < records)
      t.fail(`cut at ${bytes}: ${cut.report?.reason}`);
    records = cut.report?.records ?? 0;
  }
  t.equal(records, accepted + 1);
});

test('zeros behind the last journal frame, as a lost page leaves them, are no damage', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const journal = journalOf(directory);
  writeFileSync(journal, Buffer.concat([readFileSync(journal), Buffer.alloc(4096)]));
  t.match(await recover(directory), [{ outcome: 'recovered' }]);
  t.equal((await verifyRecording(recordingPath(directory, sid))).records, accepted + 1);
});

test('damage in the middle of a journal: what is before it is sealed, and the journal is kept', async (t) => {
  const { directory, sid } = await crashed(t);
  const journal = journalOf(directory);
  const bytes = readFileSync(journal);
  truncateSync(recordingPath(directory, sid), 0);
  const middle = bytes.indexOf('select 2');
  bytes[middle]! ^= 1;
  writeFileSync(journal, bytes);
  const recoveries = await recover(directory);
  t.match(recoveries.map((each) => each.outcome).sort(), ['quarantined', 'recovered']);
  t.ok(existsSync(`${journal}.damaged`));
  t.match(await verifyRecording(recordingPath(directory, sid)), { status: 'VALID', statements: 2 });
});

test('damage in sealed segments that the journal still holds is mended', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const path = recordingPath(directory, sid);
  const bytes = readFileSync(path);
  bytes[700]! ^= 1;
  writeFileSync(path, bytes);
  t.match(await recover(directory), [{ outcome: 'recovered' }]);
  t.match(await verifyRecording(path), { status: 'VALID', records: accepted + 1 });
});

test('damage that the journal cannot mend: the file is renamed aside, others go on', async (t) => {
  const directory = folderFor(t);
  const archive = await archiveFor(t, { directory, segmentBytesMax: 600, journalFileBytesMax: 2000 });
  const recorders = [archive.open(opening), archive.open(opening)];
  for (let id = 0; id < 20; id++)
    for (const recorder of recorders) await acceptance(recorder, writeStatement(recorder, id));
  while (readdirSync(join(directory, 'journal')).length > 3)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const copy = join(folderFor(t), 'copy');
  cpSync(directory, copy, { recursive: true });
  rmSync(join(copy, 'journal', 'lock'));
  await archive.close();
  const [bad, good] = recorders.map((recorder) => recordingPath(copy, recorder.sid));
  const bytes = readFileSync(bad!);
  bytes[700]! ^= 1;
  writeFileSync(bad!, bytes);
  const recoveries = await recover(copy);
  t.match(recoveries.map((each) => each.outcome).sort(), ['quarantined', 'recovered']);
  t.notOk(existsSync(bad!));
  t.strictSame(readFileSync(bad!.replace('.pgr.zst', '.damaged')), bytes);
  t.equal((await verifyRecording(good!)).status, 'VALID');
});

test('a recovery that fails for want of space is done by the next start', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const full = faultyDisk(systemDisk, {
    on: (operation, path) => operation === 'writev' && path.endsWith('.zst'),
    nth: 0,
    code: 'ENOSPC',
    shortBytes: 40,
  });
  const seen: Recovery[] = [];
  const archive = await openArchive({
    directory,
    mode: 'strict',
    gatewayVersion: '0',
    disk: full,
    onRecovery: (each) => seen.push(each),
  });
  await archive.close();
  t.match(seen, [{ outcome: 'failed' }]);
  t.match(await recover(directory), [{ outcome: 'recovered' }]);
  t.equal((await verifyRecording(recordingPath(directory, sid))).records, accepted + 1);
});

test('the journal of a process that is gone for good is completed by another', async (t) => {
  const { directory, sid } = await crashed(t);
  cpSync(join(directory, 'journal'), join(directory, 'journal-7'), { recursive: true });
  copyFileSync(journalOf(directory), join(directory, 'journal-7', '00000009.pgj'));
  rmSync(join(directory, 'journal'), { recursive: true });
  t.match(await recover(directory), [{ sid, outcome: 'recovered' }]);
});

test('a journal file that cannot be read keeps neither others nor the start waiting', async (t) => {
  const { directory, sid, accepted } = await crashed(t);
  const bad = join(directory, 'journal', '00000000.pgj');
  writeFileSync(bad, 'not given by the disk');
  const on = (operation: string, path: string): boolean => operation === 'open' && path === bad;
  const disk = faultyDisk(systemDisk, { on, nth: 0, code: 'EIO' });
  const recoveries: Recovery[] = [];
  const onRecovery = (recovery: Recovery): unknown => recoveries.push(recovery);
  const options = { directory, disk, mode: 'strict', gatewayVersion: '0', threads: 1 } as const;
  const archive = await openArchive({ ...options, onRecovery });
  await archive.close();
  t.match(recoveries, [
    { path: bad, outcome: 'failed', reason: /cannot be read/ },
    { sid, outcome: 'recovered', records: accepted + 1 },
  ]);
  t.ok(existsSync(bad), 'it stays for a later start');
  t.equal((await verifyRecording(recordingPath(directory, sid))).status, 'VALID');
});
