/** `pangate replay verify --tsa`, with `openssl ts` as the authority (RFC 3161). */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openSealer } from '../../recorder/sealer/run.ts';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';
import { type TimeAuthority, timeAuthority } from '../../test/recorder/time-authority.ts';

const skip = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not installed';
const main = join(process.cwd(), 'build/cli/main.js');

async function authorityFor(t: Test): Promise<TimeAuthority> {
  const authority = await timeAuthority(folderFor(t));
  t.teardown(() => {
    authority.server.closeAllConnections();
    authority.server.close();
  });
  return authority;
}

/** An archive of one recording; its log is stamped where an authority is named. */
async function archiveWith(t: Test, authority: TimeAuthority | null): Promise<string> {
  const directory = folderFor(t);
  const folder = join(directory, 'log');
  const timestamps = authority === null ? {} : { timestamps: { url: authority.url, everySeconds: 1 } };
  const { sealer, close } = await openSealer({ folder, durability: 'process', ...timestamps });
  const archive = await archiveFor(t, { directory, notary: sealer });
  await recordingIn(archive, 3);
  await archive.close();
  for (let i = 0; i < 400 && authority !== null && stampsIn(directory).length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await close();
  return directory;
}

function stampsIn(directory: string): string[] {
  const folder = join(directory, 'log', 'timestamp');
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).filter((name) => name.endsWith('.tsr'));
}

/** Its exit code, and the line about the time stamp. */
function verify(
  directory: string,
  certificates: string,
  ...more: readonly string[]
): [number | null, string] {
  const words = [main, 'replay', 'verify', '--all', '--directory', directory, '--tsa', certificates, ...more];
  const { PANGATE_CONFIG: _, ...env } = process.env;
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', env: { ...env, NO_COLOR: '1' } });
  const line = run.stdout.split('\n').find((each) => /time ?stamp/.test(each));
  return [run.status, line ?? `${run.stdout}${run.stderr}`];
}

test('a log that its authority has stamped: when, and how much of it', { skip }, async (t) => {
  const authority = await authorityFor(t);
  const directory = await archiveWith(t, authority);
  const [code, line] = verify(directory, authority.certificates);
  t.match(line, /^VALID {2}time stamp {2}the log had \d+ entries on .* GMT$/);
  t.equal(code, 0);
  const [jsonCode, json] = verify(directory, authority.certificates, '--json');
  t.match(JSON.parse(json), { timestamp: 'VALID', what: /GMT$/ });
  t.equal(jsonCode, 0);
});

test('another authority: what it did not stamp is TAMPERED, whatever the recordings are', {
  skip,
}, async (t) => {
  const directory = await archiveWith(t, await authorityFor(t));
  const [code, line] = verify(directory, (await authorityFor(t)).certificates);
  t.match(line, /^TAMPERED {2}time stamp {2}the time stamp does not hold$/);
  t.equal(code, 2);
});

test('a stamp over the checkpoint of another log is TAMPERED', { skip }, async (t) => {
  const authority = await authorityFor(t);
  const [one, other] = [await archiveWith(t, authority), await archiveWith(t, authority)];
  const folder = join(one, 'log', 'timestamp');
  // The token alone: it is not over the checkpoint beside it.
  const [own] = stampsIn(one);
  renameSync(join(folder, own!), join(folder, 'kept'));
  copyFileSync(join(other, 'log', 'timestamp', stampsIn(other)[0]!), join(folder, own!));
  t.match(verify(one, authority.certificates), [2, /^TAMPERED .* does not hold$/]);
  // Both: the stamp holds, and this log has not signed what was stamped.
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const name of readdirSync(join(other, 'log', 'timestamp')))
    copyFileSync(join(other, 'log', 'timestamp', name), join(folder, name));
  t.match(verify(one, authority.certificates), [2, /^TAMPERED .* not signed by the log$/]);
});

test('a log without a stamp, and an archive without a log, are not verified', { skip }, async (t) => {
  const authority = await authorityFor(t);
  const directory = await archiveWith(t, null);
  t.match(verify(directory, authority.certificates), [4, /^UNVERIFIABLE {2}time stamp {2}.* no time stamp$/]);
  rmSync(join(directory, 'log'), { recursive: true });
  t.match(verify(directory, authority.certificates), [64, /there is no log to have a time stamp/]);
});
