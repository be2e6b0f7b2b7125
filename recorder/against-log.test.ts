/** The log says which recordings there must be: what was taken away, changed or put in is told. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { systemClock } from '../base/clock.ts';
import { folderFor, opening, recordingIn, writeStatement } from '../test/recorder/sample.ts';
import { entriesIn, sealerIn } from '../test/recorder/sealed.ts';
import { signedArchive } from '../test/recorder/signed-archive.ts';
import { ArchiveVerifier, openArchive, recordingPath } from './index.ts';
import type { Verification } from './verification.ts';

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const name of readdirSync(folder, { recursive: true }) as string[])
    if (name.endsWith('.pgr.zst')) yield join(folder, name);
}

async function all(directory: string): Promise<Verification[]> {
  const verifier = new ArchiveVerifier({ log: join(directory, 'log') });
  const reports: Verification[] = [];
  for await (const report of verifier.all(directory, filesIn(directory))) reports.push(report);
  return reports;
}

function statuses(reports: readonly Verification[]): string[] {
  return reports.map(({ status }) => status);
}

test('every session of the log is reported, and all are valid', async (t) => {
  const { directory } = await signedArchive(t, { sessions: 5 });
  t.strictSame(statuses(await all(directory)), Array(5).fill('VALID'));
});

test('deleted recordings, one or several in a row, are each reported as missing', async (t) => {
  const { directory, paths } = await signedArchive(t, { sessions: 6 });
  for (const path of [paths[1]!, paths[2]!, paths[3]!]) rmSync(path);
  const reports = await all(directory);
  t.equal(reports.length, 6);
  t.strictSame(statuses(reports), ['VALID', 'MISSING', 'MISSING', 'MISSING', 'VALID', 'VALID']);
});

/** Deletes the first of two recordings of that age, with entries of the log before it. */
async function purged(t: Test, ageDays: number, entries: readonly object[] = []): Promise<Verification> {
  const wallUs = (): number => systemClock.wallUs() - ageDays * 86_400_000_000;
  const { directory, paths } = await signedArchive(t, { sessions: 2, clock: { ...systemClock, wallUs } });
  rmSync(paths[0]!);
  const sid = paths[0]!.slice(-34, -8);
  const { sealer } = sealerIn(directory);
  for (const entry of [...entries, { type: 'purge' }])
    await sealer.append({ ...entry, sid } as unknown as { type: string });
  await sealer.close();
  const [first, second] = await all(directory);
  t.equal(second!.status, 'VALID');
  return first!;
}

test('a recording that was deleted by the rules is purged, not missing', async (t) => {
  t.equal((await purged(t, 401)).status, 'PURGED');
});

test('a recording that was deleted against the rules is not purged, whatever the log says', async (t) => {
  const held = [{ type: 'hold', case: 'K-17' }];
  t.match(await purged(t, 401, held), { status: 'TAMPERED', reason: /held for the case K-17/ });
  const released = [...held, { type: 'hold', case: 'K-18' }, { type: 'unhold', case: 'K-17' }];
  t.match(await purged(t, 401, released), { status: 'TAMPERED', reason: /K-18/ });
  const free = [...held, { type: 'unhold', case: 'K-17' }];
  t.equal((await purged(t, 401, free)).status, 'PURGED');
  t.match(await purged(t, 364), { status: 'TAMPERED', reason: /younger than 365 days/ });
});

test('an entry of others with a note in it is none of the sealer', async (t) => {
  const { directory, paths } = await signedArchive(t, { sessions: 2 });
  const { sealer } = sealerIn(directory);
  const notes = entriesIn(join(directory, 'log')).filter(({ note }) => note !== undefined);
  const sid = paths[0]!.slice(-34, -8);
  await sealer.append({ type: 'view', sid, note: notes[1]!['note'], records: 99_999 });
  await sealer.close();
  t.strictSame(statuses(await all(directory)), ['VALID', 'VALID']);
});

test('a recording replaced by another valid one is caught, under its own name and under the other', async (t) => {
  const { directory, paths } = await signedArchive(t, { sessions: 2 });
  copyFileSync(paths[0]!, paths[1]!);
  t.strictSame(statuses(await all(directory)), ['VALID', 'TAMPERED']);
});

test('a recording by the same node that the log does not know is caught', async (t) => {
  const { directory } = await signedArchive(t, { sessions: 2 });
  const log = join(directory, 'log');
  cpSync(log, `${log}.before`, { recursive: true });
  const { sealer } = sealerIn(directory);
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
    threads: 1,
    notary: sealer,
  });
  await recordingIn(archive, 1);
  await archive.close();
  await sealer.close();
  rmSync(log, { recursive: true });
  renameSync(`${log}.before`, log);
  t.strictSame(statuses(await all(directory)), ['VALID', 'VALID', 'TAMPERED']);
});

test('a recording of another archive, or without signatures, is not valid here', async (t) => {
  const { directory } = await signedArchive(t, { sessions: 1 });
  const other = await signedArchive(t, { sessions: 1 });
  const name = other.paths[0]!.slice(-34, -8);
  copyFileSync(other.paths[0]!, join(directory, `${name}.pgr.zst`));
  const plain = folderFor(t);
  const archive = await openArchive({ directory: plain, mode: 'strict', gatewayVersion: '0', threads: 1 });
  const path = await recordingIn(archive, 1);
  await archive.close();
  copyFileSync(path, join(directory, path.slice(-34)));
  const found = statuses(await all(directory)).sort();
  t.strictSame(found, ['TAMPERED', 'UNVERIFIABLE', 'VALID']);
});

test('a session that never came into the log leaves a hole among the ordinals', async (t) => {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  const lossy = { ...methodsOf(sealer), sign: refuseSecond(sealer) };
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
    threads: 1,
    notary: lossy,
  });
  for (let i = 0; i < 3; i++) await recordingIn(archive, 1).catch(() => '');
  await archive.close();
  await sealer.close();
  const reports = await all(directory);
  t.ok(reports.some(({ status, reason }) => status === 'MISSING' && /Session number 1 /.test(reason)));
});

type Signs = ReturnType<typeof sealerIn>['sealer'];

function methodsOf(sealer: Signs) {
  return {
    trouble: null,
    last: sealer.last.bind(sealer),
    acknowledge: sealer.acknowledge.bind(sealer),
    append: sealer.append.bind(sealer),
    close: sealer.close.bind(sealer),
  };
}

function refuseSecond(sealer: Signs): Signs['sign'] {
  let sid = '';
  const sids: string[] = [];
  return (each, frames, end) => {
    if (!sids.includes(each)) sids.push(each);
    sid = sids[1] ?? '';
    return each === sid ? Promise.reject(new Error('gone')) : sealer.sign(each, frames, end);
  };
}

test('an unfinished session whose file is shorter than what the log has is truncated', async (t) => {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
    threads: 1,
    notary: sealer,
    segmentBytesMax: 512,
  });
  const recorder = archive.open(opening);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) writeStatement(recorder, i, ['x'.repeat(200)]);
    await new Promise((resolve) => setTimeout(resolve, 1300));
  }
  const path = recordingPath(directory, recorder.sid);
  const whole = readFileSync(path);
  t.strictSame(statuses(await all(directory)), ['OPEN']);
  await recorder.close('done');
  await archive.close();
  await sealer.close();
  t.strictSame(statuses(await all(directory)), ['VALID']);
  writeFileSync(path, whole);
  t.strictSame(statuses(await all(directory)), ['TRUNCATED']);
  writeFileSync(path, whole.subarray(0, 600));
  t.strictSame(statuses(await all(directory)), ['TRUNCATED']);
});

test('every flipped bit of a log, in entries, tiles and checkpoint, is told', async (t) => {
  const entries = Array.from({ length: 300 }, (_, i) => ({ type: 'view', who: `auditor ${i}` }));
  const { directory } = await signedArchive(t, { sessions: 1, entries });
  const log = join(directory, 'log');
  const files = (readdirSync(log, { recursive: true }) as string[]).filter(
    (name) => /^tile\/(0|1|entries)\/\d{3}($|\.p\/)/.test(name) && !/\.p$/.test(name),
  );
  const size = new ArchiveVerifier({ log }).view.checkpoint!.size;
  const current = files.filter(
    (name) => !name.includes('.p/') || name.endsWith(`.p/${size % 256}`) || name === 'tile/1/000.p/1',
  );
  let tries = 0;
  for (const name of [...current, 'checkpoint']) {
    const bytes = readFileSync(join(log, name));
    for (let bit = 0; bit < bytes.length * 8; bit += name === 'checkpoint' ? 3 : 997) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(join(log, name), changed);
      if (new ArchiveVerifier({ log }).view.problems.length === 0) t.fail(`bit ${bit} of ${name}`);
      tries++;
    }
    writeFileSync(join(log, name), bytes);
  }
  t.ok(tries > 100, `${tries} bits of ${current.length + 1} files`);
  t.strictSame(new ArchiveVerifier({ log }).view.problems, []);
});

test('entries removed, doubled or swapped in a log, with tiles that fit, do not fit its checkpoint', async (t) => {
  const { directory } = await signedArchive(t, { sessions: 3 });
  const log = join(directory, 'log');
  const { entriesOf, framed } = await import('./log/tiles.ts');
  const { leafHash } = await import('./log/tree.ts');
  const { size } = new ArchiveVerifier({ log }).view.checkpoint!;
  const bundle = join(log, `tile/entries/000.p/${size}`);
  const tile = join(log, `tile/0/000.p/${size}`);
  const whole = entriesOf(readFileSync(bundle))!.map((entry) => Uint8Array.from(entry));
  const stored = readFileSync(tile);
  const caught = (what: string, entries: readonly Uint8Array[]): void => {
    writeFileSync(bundle, Buffer.concat(entries.map(framed)));
    writeFileSync(tile, Buffer.concat(entries.map(leafHash)));
    if (new ArchiveVerifier({ log }).view.problems.length === 0) t.fail(what);
  };
  for (let i = 0; i < size; i++) {
    caught(`${i} removed`, whole.toSpliced(i, 1));
    caught(`${i} doubled`, whole.toSpliced(i, 0, whole[i]!));
    for (let j = i + 1; j < size; j++)
      caught(`${i} and ${j} swapped`, whole.with(i, whole[j]!).with(j, whole[i]!));
  }
  writeFileSync(bundle, Buffer.concat(whole.map(framed)));
  writeFileSync(tile, stored);
  t.strictSame(new ArchiveVerifier({ log }).view.problems, []);
  t.ok(existsSync(bundle));
});

test('with a log that does not hold no recording is valid', async (t) => {
  const { directory, paths } = await signedArchive(t, { sessions: 1 });
  const other = await signedArchive(t, { sessions: 1 });
  const vkeys = join(other.directory, 'log/vkeys');
  const verifier = new ArchiveVerifier({ log: join(directory, 'log'), vkeys });
  t.equal((await verifier.verify(paths[0]!)).status, 'TAMPERED');
});
