/** Sessions that are being recorded, followed by the real command while they grow. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { FACT, type Recorder } from '../../base/recording.ts';
import type { RecordingArchive } from '../../recorder/index.ts';
import { followRecords, newIdentity, openRecording, readIdentities } from '../../recorder/index.ts';
import { acceptance, archiveFor, folderFor, opening, writeStatement } from '../../test/recorder/sample.ts';
import { MAIN } from '../../test/replay/archive.ts';

/** `pangate replay` with what it has written so far. */
class Running {
  text = '';
  errors = '';
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(t: Test, ...args: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1' } });
    this.#child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.errors += chunk;
    });
    this.ended = new Promise((resolve) => void this.#child.once('exit', resolve));
    t.teardown(() => this.#child.kill());
  }

  /** Milliseconds until it has written something. */
  async until(text: string): Promise<number> {
    const startedMs = performance.now();
    while (!this.text.includes(text) && performance.now() - startedMs < 20_000)
      await new Promise((done) => setTimeout(done, 20));
    return performance.now() - startedMs;
  }
}

async function begun(archive: RecordingArchive): Promise<Recorder> {
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  while (!existsSync(archive.pathOf(recorder.sid))) await new Promise((done) => setTimeout(done, 20));
  return recorder;
}

test('statements of a live session are shown within a second, long before they are sealed', async (t) => {
  const archive = await archiveFor(t);
  const recorder = await begun(archive);
  const path = archive.pathOf(recorder.sid);
  const followers = [
    new Running(t, 'sql', path, '--follow'),
    new Running(t, 'play', path, '--follow', '--no-wait'),
    new Running(t, 'export', path, '--follow'),
  ];
  for (const each of followers) await each.until('select 1');
  for (let id = 2; id < 5; id++) {
    await acceptance(recorder, writeStatement(recorder, id));
    const tookMs = await Promise.all(followers.map((each) => each.until(`select ${id}`)));
    t.ok(Math.max(...tookMs) < 5000, `shown after ${tookMs.map(Math.round).join(', ')} ms`);
    t.comment(`shown after ${tookMs.map(Math.round).join(', ')} ms`);
  }
  await recorder.close('client left');
  for (const each of followers) {
    t.equal(await each.ended, 0);
    t.match(each.errors, /the session has ended {2}VALID/);
    for (let id = 1; id < 5; id++) t.equal(each.text.split(`select ${id}`).length, 2, `select ${id} once`);
  }
});

test('each record comes once and in order, across seals, journal files and the end', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 2048, journalFileBytesMax: 20_000 });
  const recorder = await begun(archive);
  const recording = await openRecording(archive.pathOf(recorder.sid));
  const seqs: number[] = [];
  const reading = (async () => {
    for await (const { seq, type } of followRecords(recording)) if (type !== 'seed') seqs.push(seq);
  })();
  let last = 0;
  for (let id = 2; id < 200; id++) {
    last = writeStatement(recorder, id);
    if (id % 7 === 0) await acceptance(recorder, last);
    if (id % 20 === 0) await new Promise((done) => setTimeout(done, 60));
  }
  await recorder.close('client left');
  await reading;
  const whole = await openRecording(recording.path);
  const expected: number[] = [];
  for await (const { seq, type } of whole.records()) if (type !== 'seed') expected.push(seq);
  t.strictSame(seqs, expected);
  t.ok(seqs.at(-1)! > last);
  await Promise.all([whole.close(), recording.close()]);
});

test('an encrypted session is followed with a key, and not without', async (t) => {
  const [first, second] = [newIdentity(), newIdentity()];
  const keyPath = join(folderFor(t), 'key');
  writeFileSync(keyPath, `${second.secretText}\n`);
  const recipients = [first.publicText, second.publicText];
  const archive = await archiveFor(t, { encryption: { recipients } });
  const recorder = await begun(archive);
  const path = archive.pathOf(recorder.sid);
  const recording = await openRecording(path, await readIdentities(keyPath));
  const live = await recording.follow();
  await live.look();
  t.ok(live.tail.some(({ type, data }) => type === 'sql.q' && data['text'] === 'select 1'));
  const closed = await openRecording(path);
  await t.rejects(closed.follow(), { code: 'key-missing' });
  await Promise.all([recording.close(), closed.close()]);
  await recorder.close('done');
});

test('a session whose recorder is gone is not waited for', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  recorder.write({ type: 'tty.o', data: { d: Buffer.from('x') }, facts: { kinds: FACT.terminal } });
  await recorder.close('done');
  const recording = await openRecording(archive.pathOf(recorder.sid));
  const live = await recording.follow();
  t.ok(await live.look());
  t.equal(live.state, 'complete');
  t.notOk(await live.look());
  await recording.close();
});
