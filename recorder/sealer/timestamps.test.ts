/** Time stamps by a real authority, `openssl ts`: asked for, kept, checked, and no reason to stop. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { folderFor } from '../../test/recorder/sample.ts';
import { entriesIn } from '../../test/recorder/sealed.ts';
import { type TimeAuthority, timeAuthority } from '../../test/recorder/time-authority.ts';
import type { LoggedEntry } from '../log/entry.ts';
import { checkTimestamp, newestTimestamp } from '../log/timestamp.ts';
import { readTrust, type Trust } from '../log/trust.ts';
import { openSealer } from './run.ts';

const skip = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not installed';

async function authorityFor(t: Test): Promise<TimeAuthority> {
  const authority = await timeAuthority(folderFor(t));
  t.teardown(() => {
    authority.server.closeAllConnections();
    authority.server.close();
  });
  return authority;
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
}

function stamps(folder: string): LoggedEntry[] {
  return entriesIn(folder).filter(({ type }) => type === 'timestamp');
}

function trustIn(folder: string): Trust {
  return readTrust(readFileSync(join(folder, 'vkeys')));
}

test('an authority stamps the log, and openssl verifies it', { skip }, async (t) => {
  const { url, certificates } = await authorityFor(t);
  const folder = join(folderFor(t), 'log');
  const timestamps = { url, everySeconds: 1 };
  const { sealer, close } = await openSealer({ folder, durability: 'process', timestamps });
  t.teardown(close);
  await until(() => stamps(folder).length >= 1);
  await sealer.append({ type: 'view' });
  await until(() => stamps(folder).length >= 2);
  await close();
  t.match(checkTimestamp(folder, certificates, trustIn(folder)), { fault: null, time: /GMT/ });
  const { checkpoint, token } = newestTimestamp(folder)!;
  const words = ['ts', '-verify', '-data', checkpoint, '-in', token, '-CAfile', certificates];
  t.match(execFileSync('openssl', words, { encoding: 'utf8', stdio: 'pipe' }), /Verification: OK/);
  const logged = Buffer.from(stamps(folder).at(-1)!['token'] as Uint8Array);
  t.ok(logged.equals(readFileSync(token)), 'the log keeps it too');

  const stranger = await authorityFor(t);
  t.match(checkTimestamp(folder, stranger.certificates, trustIn(folder)), {
    fault: 'the time stamp does not hold',
  });
  const whole = readFileSync(checkpoint, 'utf8');
  writeFileSync(checkpoint, whole.replace(/\n(\d+)\n/, '\n7$1\n'));
  t.match(checkTimestamp(folder, certificates, trustIn(folder)), { fault: 'the time stamp does not hold' });
  writeFileSync(checkpoint, whole);
  const bytes = readFileSync(token);
  bytes[bytes.length - 9]! ^= 1;
  writeFileSync(token, bytes);
  t.match(checkTimestamp(folder, certificates, trustIn(folder)), { fault: 'the time stamp does not hold' });
});

test('an authority that does not answer stops nothing, is told once, and is asked again', {
  skip,
}, async (t) => {
  const authority = await authorityFor(t);
  authority.isWilling = false;
  const folder = join(folderFor(t), 'log');
  const timestamps = { url: authority.url, everySeconds: 1 };
  const { sealer, close } = await openSealer({ folder, durability: 'process', timestamps });
  t.teardown(close);
  await until(() => stamps(folder).length >= 1);
  await sealer.append({ type: 'view' });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  t.match(stamps(folder), [{ failed: /status 503/ }]);
  t.match(checkTimestamp(folder, authority.certificates, trustIn(folder)), { isMissing: true });
  authority.isWilling = true;
  await until(() => stamps(folder).length >= 2);
  await close();
  t.equal(checkTimestamp(folder, authority.certificates, trustIn(folder)).fault, null);
});
