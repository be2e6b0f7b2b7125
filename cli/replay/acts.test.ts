/** Holds, purges, redactions and the report, as a person does them. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { systemClock } from '../../base/clock.ts';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';

const DAY_US = 86_400_000_000;
const folder = process.cwd();

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs in a folder without a configuration. */
function pangate(cwd: string, ...args: readonly string[]): Run {
  const { PANGATE_CONFIG: _, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: '1', XDG_CONFIG_HOME: cwd };
  const main = join(folder, 'build/cli/main.js');
  return spawnSync(process.execPath, [main, ...args], { cwd, env, encoding: 'utf8' });
}

test('two approvers redact, and verify wants to know who may', async (t) => {
  const cwd = folderFor(t);
  const archive = await archiveFor(t, { directory: join(cwd, 'recordings') });
  const path = await recordingIn(archive, 3);
  await archive.close();
  const vkeys = ['alice', 'bob'].map(
    (name) => pangate(cwd, 'keys', 'approver', name, '--out', `${name}.key`).stdout,
  );
  writeFileSync(join(cwd, 'approvers'), vkeys.join(''));
  const place = ['--directory', 'recordings'];
  const redact = (...args: readonly string[]): Run => pangate(cwd, 'replay', 'redact', ...args);
  const wish = ['--records', '3,5-6', '--reason', 'a card number', '--out', 'p.json'];
  t.match(redact('propose', path, ...place, ...wish), { status: 0, stderr: '' });
  const apply = ['apply', path, 'p.json', ...place, '--approvers', 'approvers'];
  t.equal(redact(...apply).status, 64, 'nobody has signed');
  t.match(redact('approve', 'p.json', '--approver', 'alice.key').stdout, /records 3,5-6 {2}a card number/);
  t.equal(redact(...apply).status, 64, 'one has');
  t.equal(redact('approve', 'p.json', '--approver', 'bob.key').status, 0);
  const done = redact(...apply);
  t.match(done.stdout, /^redacted {2}\w{26} {2}records 3,5-6/);
  t.match(done.stderr, /keeps no log/);
  t.equal(pangate(cwd, 'replay', 'verify', path).status, 4);
  t.match(pangate(cwd, 'replay', 'verify', path, '--approvers', 'approvers'), {
    status: 0,
    stdout: /^VALID-REDACTED/,
  });
});

test('what is held or young stays; what is due goes; the report counts', async (t) => {
  const cwd = folderFor(t);
  const wallUs = (): number => systemClock.wallUs() - 401 * DAY_US;
  const directory = join(cwd, 'recordings');
  const old = await archiveFor(t, { directory, clock: { ...systemClock, wallUs } });
  const paths = [await recordingIn(old, 1), await recordingIn(old, 1)];
  await old.close();
  const now = await archiveFor(t, { directory });
  const young = await recordingIn(now, 1);
  await now.close();
  const place = ['--directory', 'recordings'];
  const held = ['hold', paths[0]!, ...place, '--case', 'K-17', '--reason', 'dispute'];
  t.match(pangate(cwd, 'replay', ...held).stdout, /^held/);
  const report = JSON.parse(pangate(cwd, 'replay', 'report', 'retention', ...place, '--json').stdout);
  t.match(report, { total: 3, hot: 1, held: 1, mayGo: 1, due: 0 });
  t.match(pangate(cwd, 'replay', 'report', 'retention', ...place).stdout, /recordings +3\n/);
  for (const path of [paths[0]!, young]) t.equal(pangate(cwd, 'replay', 'purge', path, ...place).status, 1);
  t.match(pangate(cwd, 'replay', 'purge', paths[1]!, ...place, '--dry-run').stdout, /would purge/);
  t.match(pangate(cwd, 'replay', 'purge', paths[1]!, ...place).stdout, /purged {2}\w{26} {2}401 days old/);
  t.strictSame(
    [...paths, young].map((path) => existsSync(path)),
    [true, false, true],
  );
  t.equal(pangate(cwd, 'replay', 'purge', ...place).status, 64);
});
