/** Reviews, and access in an emergency, as entries of the log over all sessions. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { archiveFor, folderFor, opening, recordingIn } from '../../test/recorder/sample.ts';
import { entriesIn, sealerIn } from '../../test/recorder/sealed.ts';
import { type Ran, runner } from '../../test/replay/runner.ts';

type Replay = (...args: readonly string[]) => Ran;

function replayIn(directory: string): Replay {
  const pangate = runner({ ...process.env, PANGATE_RECORDINGS: directory });
  return (...args) => pangate('replay', ...args);
}

test('what happened in sessions waits until somebody has looked, and the log keeps who', async (t) => {
  const directory = folderFor(t);
  const replay = replayIn(directory);
  const { sealer, folder } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  await recordingIn(archive, 1);
  const recorder = archive.open({ ...opening, user: { ...opening.user, id: 'bob' } });
  recorder.write({ type: 'mask', data: { ref: 0, n: 2 }, facts: { masked: 2 } });
  await recorder.close('done');
  const refused = archive.open({ ...opening, result: 'failure' });
  await refused.close('login');
  await archive.close();
  await sealer.close();
  const [masked, denied] = [recorder.sid, refused.sid];

  const first = replay('review', 'list', '--utc');
  t.match(first, { status: 1, stderr: '2 of 3 sessions wait for a review\n' });
  t.match(first.stdout, new RegExp(`${masked} +bob .* card data +waits\n`));
  t.match(first.stdout, new RegExp(`${denied} .* login refused +waits\n`));
  t.equal(replay('review', 'list', 'user = bob', '--json').stdout.split('\n').length, 2);
  t.match(replay('review', 'list', '--every').stderr, '3 of 3');

  const note = ['--note', 'as agreed'];
  t.match(replay('review', 'done', masked, ...note), { status: 0, stdout: `done  ${masked}\n` });
  t.equal(replay('review', 'done', denied, ...note, '--exception', '--ticket', 'S-1').status, 0);
  const second = replay('review', 'list', '--reviewed');
  t.match(second, { status: 1, stderr: '1 of 3 sessions wait for a review\n' });
  t.match(second.stdout, /card data +done, \w+: as agreed/);
  t.match(second.stdout, /login refused +exception S-1, \w+: as agreed/);
  t.equal(replay('review', 'done', denied, ...note).status, 0);
  t.equal(replay('review', 'list').status, 0, 'nothing waits');
  const entries = entriesIn(folder).filter(({ type }) => type === 'review');
  t.match(entries, [
    { sid: masked, outcome: 'done', note: 'as agreed', status: 'VALID' },
    { sid: denied, outcome: 'exception', ticket: 'S-1' },
    { sid: denied, outcome: 'done' },
  ]);
  t.match(entriesIn(folder).find(({ type }) => type === 'review-list')!, { sessions: 3, waiting: 2 });
  t.equal(replay('review', 'done', masked, '--note', 'a\nb').status, 64);
});

test('a changed recording can only be an exception, and without a log there are no reviews', async (t) => {
  const directory = folderFor(t);
  const replay = replayIn(directory);
  const archive = await archiveFor(t, { directory });
  const path = await recordingIn(archive, 1);
  await archive.close();
  const done = replay('review', 'done', path, '--note', 'x');
  t.match(done, { status: 1, stderr: /keeps no log/ });
  t.equal(replay('review', 'list').status, 1);
  const bytes = readFileSync(path);
  bytes[200]! ^= 1;
  writeFileSync(path, bytes);
  t.match(replay('review', 'done', path, '--note', 'x'), {
    status: 2,
    stderr: /TAMPERED/,
  });
});

test('in an emergency a recording is shown without the log, which is told later', async (t) => {
  const directory = folderFor(t);
  const replay = replayIn(directory);
  const { sealer, folder } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  const path = await recordingIn(archive, 1);
  await archive.close();
  await sealer.close();
  t.equal(replay('sql', path, '--break-glass', 'incident 7').stderr, '', 'the log takes it');
  t.match(entriesIn(folder).at(-1)!, { type: 'view', verb: 'sql', break_glass: 'incident 7' });
  t.equal(replay('review', 'list').status, 1, 'such a look is looked at');

  const checkpoint = readFileSync(join(folder, 'checkpoint'));
  writeFileSync(join(folder, 'checkpoint'), 'nothing\n');
  t.equal(replay('sql', path).status, 2);
  t.equal(replay('sql', path, '--break-glass', ' ').status, 64);
  const shown = replay('sql', path, '--break-glass', 'incident 8');
  t.match(shown, { status: 0, stdout: /select 0/, stderr: /looked at without the log: .*\n.*waits/ });
  const late = join(directory, 'late');
  t.equal(readdirSync(late).length, 1);
  writeFileSync(join(late, '1795435200000-0123456789abcdef.json'), '{"type":"purge","sid":"x"}');

  writeFileSync(join(folder, 'checkpoint'), checkpoint);
  t.equal(replay('show', path).status, 0);
  t.strictSame(readdirSync(late), ['1795435200000-0123456789abcdef.json'], 'what is no view stays');
  const [told, show] = entriesIn(folder).slice(-2);
  t.match(told!, { type: 'view', verb: 'sql', break_glass: 'incident 8', at_us: Number, who: String });
  t.match(show!, { verb: 'show' });
});
