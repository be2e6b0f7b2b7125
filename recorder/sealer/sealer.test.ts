/** Recordings are signed as they grow, by keys that are gone, and the sealer signs nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import { partsOf, verifyBytes } from '../../test/recorder/frames.ts';
import {
  acceptance,
  archiveFor,
  folderFor,
  opening,
  recordingIn,
  writeStatement,
} from '../../test/recorder/sample.ts';
import { entriesIn, sealerIn } from '../../test/recorder/sealed.ts';
import { verifyRecording } from '../index.ts';

test('a short session is signed once, by its node, and logged', async (t) => {
  const directory = folderFor(t);
  const { sealer, nodes, folder } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  const path = await recordingIn(archive, 3);
  const report = await verifyRecording(path, { nodes });
  t.match(report, { status: 'VALID', signed: 'yes' });
  t.equal((await verifyRecording(path)).signed, 'unknown');
  const entries = entriesIn(folder);
  t.match(
    entries.map(({ type }) => type).filter((type) => !['acked', 'ckpt'].includes(type)),
    ['start', 'open', 'close'],
  );
});

/** So many notes stand in the file: one comes about every second, later where the machine is busy. */
async function noted(path: string, notes: number): Promise<void> {
  for (let looks = 0; looks < 1200; looks++) {
    if ((await verifyRecording(path, { depth: 'quick' })).notes >= notes) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${notes} notes in a minute`);
}

/** A recording with a note behind each of its segments. */
async function longer(t: Test, directory: string, notes: number): Promise<{ path: string; sid: string }> {
  const { sealer } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer, segmentBytesMax: 1024 });
  const recorder = archive.open(opening);
  for (let i = 0; i < notes; i++) {
    await acceptance(
      recorder,
      writeStatement(recorder, i, ['x'.repeat(200), 'y'.repeat(200), 'z'.repeat(200)]),
    );
    await acceptance(
      recorder,
      writeStatement(recorder, i, ['x'.repeat(200), 'y'.repeat(200), 'z'.repeat(200)]),
    );
    await noted(archive.pathOf(recorder.sid), i + 1);
  }
  await recorder.close('client left');
  await archive.close();
  return { path: archive.pathOf(recorder.sid), sid: recorder.sid };
}

test('a longer session has a chain of notes, each by a key of its own', async (t) => {
  const directory = folderFor(t);
  const { path } = await longer(t, directory, 3);
  const { nodes, folder } = sealerIn(directory);
  const report = await verifyRecording(path, { nodes });
  t.match(report, { status: 'VALID', signed: 'yes' });
  t.ok(report.notes >= 3, `${report.notes} notes`);
  t.equal(report.signers.length, 1);
  const entries = entriesIn(folder);
  t.equal(entries.filter(({ note }) => note !== undefined).length, report.notes);
  t.equal(entries.at(-1)!.type, 'stop');
  const parts = await partsOf(readFileSync(path));
  await everyNoteCounts(t, parts, nodes);
});

async function everyNoteCounts(
  t: Test,
  parts: Awaited<ReturnType<typeof partsOf>>,
  nodes: Parameters<typeof verifyBytes>[1] extends infer Options
    ? NonNullable<Options> extends { nodes?: infer Nodes }
      ? NonNullable<Nodes>
      : never
    : never,
): Promise<void> {
  const places = parts.flatMap((part, i) => (part.kind === 'checkpoint' ? [i] : []));
  for (const place of places) {
    const without = parts.toSpliced(place, 1);
    const report = await verifyBytes(Buffer.concat(without.map(({ bytes }) => bytes)), { nodes });
    t.equal(report.status, 'TAMPERED', `without note ${place}`);
  }
  const stripped = parts.filter(({ kind }) => kind !== 'checkpoint');
  t.equal(
    (await verifyBytes(Buffer.concat(stripped.map(({ bytes }) => bytes)), { nodes })).status,
    'TAMPERED',
  );
}

test('what is not signed is not valid to who knows the keys', async (t) => {
  const { nodes } = sealerIn(folderFor(t));
  const archive = await archiveFor(t);
  const path = await recordingIn(archive, 3);
  t.equal((await verifyRecording(path, { nodes })).status, 'UNVERIFIABLE');
});

test('a recording of a stranger is tampered with', async (t) => {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  const path = await recordingIn(archive, 3);
  const { nodes } = sealerIn(folderFor(t));
  t.equal((await verifyRecording(path, { nodes })).status, 'TAMPERED');
});

/** The frames of a recording that the sealer gets to see. */
async function linksOf(path: string): Promise<Bytes[]> {
  const parts = await partsOf(readFileSync(path));
  return parts
    .filter(({ kind }) => kind !== 'data' && kind !== 'seekTable' && kind !== 'checkpoint')
    .map(({ bytes }) => bytes);
}

test('the sealer signs what grows and nothing else', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 1024 });
  const path = await recordingIn(archive, 20);
  const [header, ...rest] = await linksOf(path);
  const sid = path.slice(-34, -8);
  const seals = rest.slice(0, -2);
  const end = rest.slice(-2);
  const fresh = (): ReturnType<typeof sealerIn> => sealerIn(folderFor(t));
  const refused = async (what: string, frames: readonly Bytes[], isEnd = false): Promise<void> => {
    const { sealer } = fresh();
    await t.rejects(sealer.sign(sid, frames, isEnd), { code: 'seal-refused' }, what);
  };
  await refused('nothing', []);
  await refused('no header', seals);
  await refused('a seal left out', [header!, ...seals.slice(1)]);
  await refused('two seals swapped', [header!, seals[1]!, seals[0]!]);
  await refused('a seal twice', [header!, seals[0]!, seals[0]!]);
  await refused('an end without end', [header!, ...seals, ...end]);
  await refused('an end that is none', [header!, ...seals], true);
  await refused('a footer without index', [header!, ...seals, end[1]!], true);
  await refused('a frame that is cut off', [header!, seals[0]!.subarray(0, 100)]);
  const { sealer } = fresh();
  await t.rejects(sealer.sign('01M84000000000000000000000', [header!], false), { code: 'seal-refused' });
  await sealer.sign(sid, [header!, ...seals, ...end], true);
  await t.rejects(sealer.sign(sid, [header!], false), { code: 'seal-refused' }, 'a session that has ended');
});

test('after a restart the sealer goes on from its log, and does not sign again what it has signed', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 1024 });
  const path = await recordingIn(archive, 20);
  const sid = path.slice(-34, -8);
  const [header, ...rest] = await linksOf(path);
  const directory = folderFor(t);
  const first = await sealerIn(directory).sealer.sign(sid, [header!], false);
  const { sealer, folder } = sealerIn(directory);
  t.strictSame(Buffer.from((await sealer.last(sid))!), Buffer.from(first));
  await t.rejects(sealer.sign(sid, [header!], false), { code: 'seal-refused' });
  // Its frames were made without notes between them.
  await t.rejects(sealer.sign(sid, [rest[0]!], false), { code: 'seal-refused' });
  t.equal(entriesIn(folder).length, 1);
});

test('a crash at every point between signing and writing loses no note', async (t) => {
  const directory = folderFor(t);
  const { path, sid } = await longer(t, directory, 2);
  const whole = readFileSync(path);
  const parts = await partsOf(whole);
  const { recoverSession } = await import('../recover-session.ts');
  const { systemDisk } = await import('../disk.ts');
  const { openZstd } = await import('../zstd.ts');
  const { JournalKeys } = await import('../boot-key.ts');
  const lastNote = parts.findLastIndex(({ kind }) => kind === 'checkpoint');
  const cut = parts.slice(0, lastNote).reduce((sum, { bytes }) => sum + bytes.length, 0);
  for (let bytes = cut; bytes < whole.length; bytes += 13) {
    writeFileSync(path, whole.subarray(0, bytes));
    const { sealer, nodes } = sealerIn(directory);
    const session = { sid, header: parts[0]!.bytes, slices: [], key: null, closed: false };
    const wall = () => ({ us: 0, errorUs: 0 });
    const zstd = await openZstd();
    const keys = new JournalKeys(systemDisk, directory, []);
    const context = { disk: systemDisk, directory, zstd, wall, pathOf: () => path, notary: sealer, keys };
    const recovery = await recoverSession(session, { ...context, trustedBytes: Number.POSITIVE_INFINITY });
    t.equal(recovery.outcome, 'complete');
    if (!readFileSync(path).equals(whole)) t.fail(`cut at ${bytes}`);
    t.equal((await verifyRecording(path, { nodes })).status, 'VALID');
  }
});
