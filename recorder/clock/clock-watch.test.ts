/** Sessions beside a clock that is, or is not, synchronised. */
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { acceptance, archiveFor, folderFor, opening, writeStatement } from '../../test/recorder/sample.ts';
import { entriesIn, sealerIn } from '../../test/recorder/sealed.ts';
import type { RecordingArchive } from '../archive.ts';
import { openRecording, type RecordRead } from '../reader.ts';
import { verifyRecording } from '../verify.ts';
import { CLOCK_UNKNOWN, type ClockState } from './clock-state.ts';
import type { ClockOptions } from './clock-watch.ts';

const RIGHT: ClockState = { synced: true, source: 'chrony', errorUs: 900 };
const WRONG: ClockState = { synced: false, source: 'chrony', errorUs: null };

/** An archive whose clock is as `state()` says, looked at often. */
function archiveBeside(
  t: Test,
  state: () => ClockState,
  options: Partial<ClockOptions> & { mode?: 'strict' | 'best-effort'; directory?: string } = {},
): Promise<RecordingArchive> {
  const { mode = 'strict', directory = folderFor(t), ...more } = options;
  const read = async (): Promise<ClockState> => state();
  return archiveFor(t, { directory, mode, timekeeping: { rule: 'required', lookMs: 10, read, ...more } });
}

async function recordsOf(archive: RecordingArchive, sid: string): Promise<RecordRead[]> {
  const recording = await openRecording(archive.pathOf(sid));
  const records: RecordRead[] = [];
  for await (const record of recording.records()) records.push(record);
  await recording.close();
  return records;
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('required: no strict session begins beside a clock that is wrong, or that nobody knows', async (t) => {
  for (const [state, words] of [
    [WRONG, /chrony says it is not/],
    [CLOCK_UNKNOWN, /nobody says/],
    [{ ...RIGHT, errorUs: 1_000_001 }, /off by too much/],
  ] as const) {
    const archive = await archiveBeside(t, () => state);
    t.match(archive.refusal, { code: 'clock-unsynced', message: words, remedy: /record.clock/ });
    t.throws(() => archive.open(opening), { code: 'clock-unsynced' });
    await archive.close();
  }
});

test('required: beside a clock that is right, and one that may be off by a second, they begin', async (t) => {
  for (const state of [RIGHT, { ...RIGHT, errorUs: 1_000_000 }, { ...RIGHT, errorUs: null }]) {
    const archive = await archiveBeside(t, () => state);
    t.equal(archive.refusal, null);
    const recorder = archive.open(opening);
    await acceptance(recorder, writeStatement(recorder, 1));
    await recorder.close('client left');
    await archive.close();
    t.equal((await verifyRecording(archive.pathOf(recorder.sid))).status, 'VALID');
  }
});

test('warn, off and best effort: sessions begin, and who asked is told but for off', async (t) => {
  for (const options of [
    { rule: 'warn' },
    { rule: 'off' },
    { rule: 'required', mode: 'best-effort' },
  ] as const) {
    const told: ClockState[] = [];
    const archive = await archiveBeside(t, () => WRONG, { ...options, onState: (state) => told.push(state) });
    t.equal(archive.refusal, null);
    t.strictSame(told, options.rule === 'off' ? [] : [WRONG]);
    t.strictSame(archive.clockState, options.rule === 'off' ? CLOCK_UNKNOWN : WRONG);
    await archive.close();
  }
});

test('a clock that is lost for longer than the grace lets no session begin until it is back', async (t) => {
  let state = RIGHT;
  const archive = await archiveBeside(t, () => state, { graceMs: 300 });
  state = WRONG;
  await until(() => archive.clockState === WRONG);
  t.equal(archive.refusal, null, 'at once nothing is refused');
  await until(() => archive.refusal !== null);
  t.match(archive.refusal, { code: 'clock-unsynced' });
  state = RIGHT;
  await until(() => archive.refusal === null);
  t.equal(archive.refusal, null);
});

test('the state stands in the opening, in a record when it changes, in seals and in the log', async (t) => {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  let state = RIGHT;
  const archive = await archiveFor(t, {
    directory,
    notary: sealer,
    timekeeping: { rule: 'warn', lookMs: 10, read: async () => state },
  });
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  state = WRONG;
  await until(() => archive.clockState === WRONG);
  await acceptance(recorder, writeStatement(recorder, 2));
  await recorder.close('client left');
  await archive.close();
  const records = await recordsOf(archive, recorder.sid);
  const open = records.find(({ type }) => type === 's.open');
  t.strictSame(open?.data['clock'], { synced: true, src: 'chrony', err_us: 900 });
  t.match(
    records.filter(({ type }) => type === 'clock').map(({ data }) => data),
    [{ step_us: 0, synced: false, src: 'chrony', err_us: null }],
  );
  const recording = await openRecording(archive.pathOf(recorder.sid));
  t.equal(recording.header.wallErrorUs, 900);
  await recording.close();
  const entries = entriesIn(join(directory, 'log'));
  t.match(entries.find(({ type }) => type === 'start')?.['clock'], { synced: true, src: 'chrony' });
  t.match(
    entries.find(({ type }) => type === 'clock'),
    { step_us: 0, synced: false },
  );
  await sealer.close();
});
