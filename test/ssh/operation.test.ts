/** A listener of one target, host keys to come, and peers that fall silent. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { missing } from '../servers/available.ts';
import { type Front, startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen');

test('a listener with a target of its own takes the person’s name alone', { skip }, async (t) => {
  const front = await startFront(t, {
    listener: { target: 'box' },
    target: { keepAlive: { intervalMs: 300, missedMax: 1 } },
  });
  t.equal(String((await front.client('ssh', ['-l', 'alice', 'gw', 'echo in'])).stdout), 'in\n');
  const named = await front.client('ssh', ['-l', 'alice#box', 'gw', 'true']);
  t.equal(named.code, 255, 'no person is called alice#box');
  await learns(t, front);
  await staysWhileQuiet(t, front);
  await silentClient(t, front);
  await silentServer(t, front);
});

/** OpenSSH asks for a proof of each key that it hears of, and keeps those that are proved. */
async function learns(t: Test, front: Front): Promise<void> {
  const keys = (name: string): string[] => readFileSync(join(front.folder, name), 'utf8').split('\n');
  const [ed25519, ecdsa] = ['ssh-ed25519', 'ecdsa-sha2-nistp256'].map(
    (type) => keys('known_hosts').find((line) => line.startsWith('gateway ') && line.includes(type))!,
  );
  const known = join(front.folder, 'learned');
  writeFileSync(known, `${ed25519}\n`);
  const options = ['-o', 'UpdateHostKeys=yes', '-o', `UserKnownHostsFile=${known}`, '-l', 'alice'];
  await front.client('ssh', [...options, 'gw', 'sleep 1']);
  const [, type, key] = ecdsa!.split(' ');
  t.ok(
    keys('learned').some((line) => line.includes(`${type} ${key}`)),
    'the gateway’s other key',
  );
}

async function staysWhileQuiet(t: Test, front: Front): Promise<void> {
  const quiet = await front.client('ssh', ['-l', 'alice', 'gw', 'sleep 2; echo still']);
  t.equal(String(quiet.stdout), 'still\n', 'who is quiet and answers stays');
}

async function silentClient(t: Test, front: Front): Promise<void> {
  const child = spawn('ssh', ['-F', front.clientConfig, '-l', 'alice', 'gw', 'sleep 60']);
  t.teardown(() => child.kill('SIGKILL'));
  await opened(front, 'sleep 60');
  child.kill('SIGSTOP');
  t.ok(await endsBy(front, 'client-silent'), 'a client that is gone is not waited for');
  child.kill('SIGKILL');
}

async function silentServer(t: Test, front: Front): Promise<void> {
  const asking = front.client('ssh', ['-l', 'alice', 'gw', 'sleep 61']);
  await opened(front, 'sleep 61');
  const processes = descendants(front.sshd.process.pid);
  t.teardown(() => signal(processes, 'SIGKILL'));
  signal(processes, 'SIGSTOP');
  t.ok(await endsBy(front, 'server-silent'), 'a server that is gone is not waited for');
  t.match((await asking).stderr, 'The server has ended the connection.');
}

/** One of an earlier session may end meanwhile. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Waits until a session runs that command. */
async function opened(front: Front, command: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const running = descendants(front.sshd.process.pid).map(commandOf);
    if (running.some((line) => line.includes(command))) return;
    await sleep(50);
  }
  throw new Error('the command does not run');
}

async function endsBy(front: Front, why: string): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (front.process.output().includes(`"why":"${why}"`)) return true;
    await sleep(50);
  }
  return false;
}

function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/).filter(Boolean) : [];
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
}
