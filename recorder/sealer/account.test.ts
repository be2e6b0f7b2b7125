/** A sealer under an account of its own: the gateway has its sessions signed and cannot read a key. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { ArchiveVerifier } from '../index.ts';

const SEALER = 61_001;
const GATEWAY = 61_002;
const STRANGER = 61_004;
/** Of the two, not of the stranger. */
const GROUP = 61_003;
const node = process.execPath;

function runsAs(uid: number, gid: number): boolean {
  return spawnSync(node, ['--version'], { uid, gid, cwd: '/' }).status === 0 && canRead(uid, gid);
}

function canRead(uid: number, gid: number): boolean {
  return (
    spawnSync(node, [join(process.cwd(), 'build/cli/main.js'), '--version'], { uid, gid, cwd: '/' })
      .status === 0
  );
}

const skip =
  process.getuid?.() !== 0
    ? 'only root can take other accounts'
    : !runsAs(SEALER, GROUP) && 'other accounts cannot run this build';

/** As docs/deployment.md has it: both may write into the folder, and neither may rename what is the other's. */
function sharedFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'pangate-accounts-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const directory = join(folder, 'recordings');
  mkdirSync(directory);
  chownSync(directory, 0, GROUP);
  chmodSync(directory, 0o1770);
  return directory;
}

async function sealerFor(t: Test, directory: string): Promise<ChildProcess> {
  const main = join(process.cwd(), 'build/cli/main.js');
  const child = spawn(node, [main, 'sealer', '--directory', directory], {
    uid: SEALER,
    gid: GROUP,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the sealer has ended')));
  });
  return child;
}

function gatewayAs(uid: number, gid: number, directory: string): Record<string, unknown> {
  const module = join(process.cwd(), 'build/test/recorder/other-account.js');
  const ran = spawnSync(node, [module, directory], { uid, gid, cwd: '/', encoding: 'utf8' });
  return JSON.parse(ran.stdout) as Record<string, unknown>;
}

test('with accounts of their own the gateway is served and the keys are not its to read', {
  skip,
}, async (t) => {
  const directory = sharedFolder(t);
  const sealer = await sealerFor(t, directory);
  const { path, tried } = gatewayAs(GATEWAY, GROUP, directory) as { path: string; tried: object };
  t.match(tried, { list: 'EACCES', read: 'EACCES', write: 'EACCES', replace: /EPERM|EACCES/ });
  const key = statSync(join(directory, 'log/sealer/node.key'));
  t.match({ uid: key.uid, mode: key.mode & 0o777 }, { uid: SEALER, mode: 0o600 });
  t.equal(statSync(path).uid, GATEWAY);
  const socket = join(directory, 'log/sealer.sock');
  t.equal(spawnSync('test', ['-w', socket], { uid: GATEWAY, gid: GROUP }).status, 0);
  t.equal(spawnSync('test', ['-w', socket], { uid: STRANGER, gid: STRANGER }).status, 1);
  const ended = new Promise((resolve) => sealer.once('exit', resolve));
  sealer.kill('SIGTERM');
  t.equal(await ended, 0);
  const report = await new ArchiveVerifier({ log: join(directory, 'log') }).verify(path);
  t.match(report, { status: 'VALID', signed: 'yes' });
});
