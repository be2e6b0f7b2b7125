/** Wall clocks go forward, backward and wrong: what counts is the order. docs/assurance.md, group 6. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { buildRecording, smallPlan } from '../test/recorder/build.ts';
import { setClock } from '../test/recorder/clocks.ts';
import { partsOf, verifyBytes } from '../test/recorder/frames.ts';
import {
  acceptance,
  archiveFor,
  folderFor,
  opening,
  recordingIn,
  writeStatement,
} from '../test/recorder/sample.ts';
import { sealerIn } from '../test/recorder/sealed.ts';
import { ArchiveVerifier, openRecording, recordingPath, type Verification } from './index.ts';
import { openZstd } from './zstd.ts';

const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;
const YEAR_US = 365 * 24 * HOUR_US;
/** The archive looks at the clock once a second. */
const LOOK_MS = 1100;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Recorded {
  readonly report: Verification;
  /** `step_us` of each clock record. */
  readonly steps: readonly number[];
}

/** A signed session during which the clock is set, verified beside its log. */
async function recorded(t: Test, stepsUs: readonly number[], monotonicFromUs = 0): Promise<Recorded> {
  const directory = folderFor(t);
  const clock = setClock(monotonicFromUs);
  const { sealer } = sealerIn(directory, clock);
  const archive = await archiveFor(t, { directory, clock, notary: sealer, segmentBytesMax: 800 });
  const recorder = archive.open(opening);
  for (const [id, us] of stepsUs.entries()) {
    await acceptance(recorder, writeStatement(recorder, id));
    clock.step(us);
    await acceptance(recorder, writeStatement(recorder, id));
    await sleep(LOOK_MS);
  }
  await recorder.close('client left');
  await archive.close();
  const path = archive.pathOf(recorder.sid);
  const report = await new ArchiveVerifier({ log: join(directory, 'log') }).verify(path);
  const recording = await openRecording(path);
  const steps: number[] = [];
  for await (const { type, data } of recording.records())
    if (type === 'clock') steps.push(Number(data['step_us']));
  await recording.close();
  return { report, steps };
}

const days: readonly (readonly [string, readonly number[]])[] = [
  ['a second forward and one back', [SECOND_US, -SECOND_US]],
  ['an hour back and forward again', [-HOUR_US, HOUR_US]],
  ['ten years forward and back', [10 * YEAR_US, -10 * YEAR_US]],
  ['ten years back', [-10 * YEAR_US]],
  ['a machine that slept for a night', [9 * HOUR_US]],
  ['a leap second, twice the same', [-SECOND_US]],
];

for (const [what, stepsUs] of days)
  test(`${what}: the session is valid, and its recording says how far the clock was set`, async (t) => {
    const { report, steps } = await recorded(t, stepsUs);
    t.match(report, { status: 'VALID', signed: 'yes', damagesTotal: 0 }, report.reason);
    t.equal(steps.length, stepsUs.length);
    for (const [i, us] of stepsUs.entries())
      t.ok(Math.abs(steps[i]! - us) < 400_000, `${steps[i]} us, set by ${us}`);
  });

test('a clock that nobody sets runs away slowly: what adds up is told', async (t) => {
  const { report, steps } = await recorded(t, [200_000, 200_000, 200_000, 200_000]);
  t.equal(report.status, 'VALID');
  t.ok(steps.length >= 1 && steps.every((us) => us >= 500_000 && us < 900_000), `${steps}`);
});

test('after a start of the machine, with a clock far behind, what was cut off is completed', async (t) => {
  const live = folderFor(t);
  const before = setClock(5 * YEAR_US);
  const first = sealerIn(live, before);
  const archive = await archiveFor(t, {
    directory: live,
    clock: before,
    notary: first.sealer,
    segmentBytesMax: 700,
  });
  const recorder = archive.open(opening);
  for (let id = 0; id < 5; id++) await acceptance(recorder, writeStatement(recorder, id));
  await sleep(LOOK_MS);
  const directory = join(folderFor(t), 'copy');
  cpSync(live, directory, { recursive: true });
  rmSync(join(directory, 'journal', 'lock'));
  await archive.close();
  const after = setClock();
  after.step(-YEAR_US);
  const { sealer } = sealerIn(directory, after);
  await (await archiveFor(t, { directory, clock: after, notary: sealer })).close();
  const path = recordingPath(directory, recorder.sid);
  const report = await new ArchiveVerifier({ log: join(directory, 'log') }).verify(path);
  t.match(report, { status: 'VALID', recovered: true, signed: 'yes' }, report.reason);
  t.ok(report.records > recorder.accepted || report.records >= 20);
});

for (const [what, us] of [
  ['back', -HOUR_US],
  ['forward', HOUR_US],
] as const)
  test(`a gateway that dates its sessions ${what}: the log has another time, and that is told`, async (t) => {
    const directory = folderFor(t);
    const { sealer } = sealerIn(directory);
    const clock = setClock();
    clock.step(us);
    const archive = await archiveFor(t, { directory, clock, notary: sealer });
    const path = await recordingIn(archive, 3);
    await archive.close();
    const report = await new ArchiveVerifier({ log: join(directory, 'log') }).verify(path);
    t.equal(report.status, 'VALID');
    t.match(report.doubts, [/it begins at/, /it ends at/]);
  });

test('a changed time in header, seal or footer is no longer what was signed', async (t) => {
  const whole = buildRecording(smallPlan(await openZstd(), 4, 2));
  const parts = await partsOf(whole);
  const wallAt = { header: 34, seal: 50, footer: 44 } as const;
  let at = 0;
  for (const { kind, bytes } of parts) {
    const offset = wallAt[kind as keyof typeof wallAt];
    if (offset !== undefined) {
      const changed = Buffer.from(whole);
      const place = at + 8 + offset;
      changed.writeBigInt64LE(changed.readBigInt64LE(place) - BigInt(YEAR_US), place);
      t.equal((await verifyBytes(changed, { depth: 'quick' })).status, 'TAMPERED', kind);
    }
    at += bytes.length;
  }
});
