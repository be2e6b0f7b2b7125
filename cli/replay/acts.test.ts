/** Holds, purges, redactions and the report, as a person does them. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { systemClock } from '../../base/clock.ts';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';
import { type Ran, runner } from '../../test/replay/runner.ts';

const DAY_US = 86_400_000_000;
type Pangate = (...args: readonly string[]) => Ran;

/** Runs without a configuration. */
function pangateIn(home: string): Pangate {
  const { PANGATE_CONFIG: _, ...rest } = process.env;
  return runner({ ...rest, XDG_CONFIG_HOME: home });
}

test('two approvers redact, and verify wants to know who may', async (t) => {
  const cwd = folderFor(t);
  const pangate = pangateIn(cwd);
  const at = (name: string): string => join(cwd, name);
  const archive = await archiveFor(t, { directory: join(cwd, 'recordings') });
  const path = await recordingIn(archive, 3);
  await archive.close();
  const vkeys = ['alice', 'bob'].map(
    (name) => pangate('keys', 'approver', name, '--out', at(`${name}.key`)).stdout,
  );
  writeFileSync(at('approvers'), vkeys.join(''));
  const place = ['--directory', at('recordings')];
  const redact = (...args: readonly string[]): Ran => pangate('replay', 'redact', ...args);
  const wish = ['--records', '3,5-6', '--reason', 'a card number', '--out', at('p.json')];
  t.match(redact('propose', path, ...place, ...wish), { status: 0, stderr: '' });
  const apply = ['apply', path, at('p.json'), ...place, '--approvers', at('approvers')];
  t.equal(redact(...apply).status, 64, 'nobody has signed');
  t.match(
    redact('approve', at('p.json'), '--approver', at('alice.key')).stdout,
    /records 3,5-6 {2}a card number/,
  );
  t.equal(redact(...apply).status, 64, 'one has');
  t.equal(redact('approve', at('p.json'), '--approver', at('bob.key')).status, 0);
  const done = redact(...apply);
  t.match(done.stdout, /^redacted {2}\w{26} {2}records 3,5-6/);
  t.match(done.stderr, /keeps no log/);
  t.equal(pangate('replay', 'verify', path).status, 4);
  t.match(pangate('replay', 'verify', path, '--approvers', at('approvers')), {
    status: 0,
    stdout: /^VALID-REDACTED/,
  });
});

test('what is held or young stays; what is due goes; the report counts', async (t) => {
  const cwd = folderFor(t);
  const pangate = pangateIn(cwd);
  const at = (name: string): string => join(cwd, name);
  const wallUs = (): number => systemClock.wallUs() - 401 * DAY_US;
  const directory = join(cwd, 'recordings');
  const old = await archiveFor(t, { directory, clock: { ...systemClock, wallUs } });
  const paths = [await recordingIn(old, 1), await recordingIn(old, 1)];
  await old.close();
  const now = await archiveFor(t, { directory });
  const young = await recordingIn(now, 1);
  await now.close();
  const place = ['--directory', at('recordings')];
  const held = ['hold', paths[0]!, ...place, '--case', 'K-17', '--reason', 'dispute'];
  t.match(pangate('replay', ...held).stdout, /^held/);
  const report = JSON.parse(pangate('replay', 'report', 'retention', ...place, '--json').stdout);
  t.match(report, { total: 3, hot: 1, held: 1, mayGo: 1, due: 0 });
  t.match(pangate('replay', 'report', 'retention', ...place).stdout, /recordings +3\n/);
  for (const path of [paths[0]!, young]) t.equal(pangate('replay', 'purge', path, ...place).status, 1);
  t.match(pangate('replay', 'purge', paths[1]!, ...place, '--dry-run').stdout, /would purge/);
  t.match(pangate('replay', 'purge', paths[1]!, ...place).stdout, /purged {2}\w{26} {2}401 days old/);
  t.strictSame(
    [...paths, young].map((path) => existsSync(path)),
    [true, false, true],
  );
  t.equal(pangate('replay', 'purge', ...place).status, 64);
});
