/** What is done about a disk that fills up: docs/recording.md, "The disk". */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { fill } from '../test/recorder/fill.ts';
import { archiveFor, folderFor, opening } from '../test/recorder/sample.ts';
import { systemDisk } from './disk.ts';
import { DiskSpace } from './disk-space.ts';

const KB = 1024;

interface Watched {
  readonly space: DiskSpace;
  readonly alerts: string[];
  readonly use: (share: number) => Promise<void>;
  readonly directory: string;
}

function watched(t: Test, reserveBytes = 0): Watched {
  const directory = folderFor(t);
  const alerts: string[] = [];
  let share = 0.5;
  const totalBytes = 100_000 * KB;
  const spaceOf = async (): Promise<object> => ({ usedBytes: share * totalBytes, totalBytes });
  const options = { reserveBytes, spaceOf } as never;
  const space = new DiskSpace(systemDisk, directory, ({ message }) => alerts.push(message), options);
  const use = async (to: number): Promise<void> => {
    share = to;
    await space.look();
  };
  return { space, alerts, use, directory };
}

test('one alarm is given at 80 %, and the next after there was room again', async (t) => {
  const { alerts, use } = watched(t);
  for (const share of [0.5, 0.7999]) await use(share);
  t.strictSame(alerts, []);
  for (const share of [0.8, 0.85, 0.795, 0.81]) await use(share);
  t.strictSame(alerts, ['the disk of the recordings is 80 % full']);
  for (const share of [0.78, 0.9]) await use(share);
  t.equal(alerts.length, 2);
});

test('from 95 % on no session begins, until there is room again', async (t) => {
  const { space, use } = watched(t);
  await use(0.9499);
  t.equal(space.refusal, null);
  await use(0.95);
  t.match(space.refusal, { code: 'disk-full' });
  await use(0.94);
  t.equal(space.refusal, null);
});

test('the reserve is bytes and no hole, is given up once, and taken again later', async (t) => {
  const { space, use, directory } = watched(t, 300 * KB);
  const path = join(directory, 'reserve');
  await use(0.96);
  t.notOk(existsSync(path), 'not where there is no room');
  await use(0.5);
  t.equal(statSync(path).size, 300 * KB);
  t.ok(statSync(path).blocks * 512 >= 300 * KB);
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  t.notOk(space.relieve(new Error('EIO')));
  t.ok(space.relieve(full));
  t.ok(space.relieve(full), 'all who fail at that time are helped');
  t.match(space.refusal, { code: 'disk-full' });
  await new Promise((resolve) => setTimeout(resolve, 2100));
  t.notOk(existsSync(path));
  t.notOk(space.relieve(full), 'later ones are not');
  await use(0.5);
  t.equal(statSync(path).size, 300 * KB);
});

test('an archive takes no session on a disk that is nearly full', async (t) => {
  const spaceOf = async (): Promise<{ usedBytes: number; totalBytes: number }> => ({
    usedBytes: 96,
    totalBytes: 100,
  });
  const archive = await archiveFor(t, { space: { spaceOf } });
  t.match(archive.refusal, { code: 'disk-full' });
  t.throws(() => archive.open(opening), { code: 'disk-full' });
});

test('a full disk ends a strict session with the reason in its recording', async (t) => {
  const ended = await fill(500 * KB, 128 * KB);
  t.match(ended.failure, { code: 'disk-full' });
  t.match(ended, { status: 'VALID', isLate: false });
  t.match(ended.last, { type: 's.close', data: { why: 'disk-full' } });
  t.ok(ended.records > ended.accepted, 'with every record that was accepted');
});

test('wherever in a segment the disk is full, nothing that was accepted is lost', async (t) => {
  for (let bytes = 200 * KB; bytes < 209 * KB; bytes += 1117) {
    const ended = await fill(bytes, 64 * KB);
    t.match(ended.failure, { code: 'disk-full' }, `${bytes}`);
    t.match(ended, { status: 'VALID', isLate: false }, `${bytes}`);
    t.ok(ended.records > ended.accepted, `${bytes}: ${ended.records} records, ${ended.accepted} accepted`);
    t.match(ended.last, { type: 's.close', data: { why: 'disk-full' } }, `${bytes}`);
  }
});
