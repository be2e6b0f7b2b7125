/** OpenSSH's own client through the gateway to OpenSSH's server. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { missing } from '../servers/available.ts';
import { freePort } from '../servers/process.ts';
import { makeKey } from '../servers/sshd.ts';
import { type Front, startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen');
const PAN = '4111111111111111';
const MASKED = '411111******1111';

const RULES = [
  { name: 'no-halt', action: 'deny', commands: ['halt now'] },
  { name: 'loopback', action: 'allow', forwards: ['127.0.0.1:*', 'localhost:*'] },
];

let front: Front;

test('a gateway stands before a server', { skip }, async (t) => {
  front = await startFront(t, {
    target: { rules: RULES, tripwires: [{ name: 'wipes', text: 'rm -rf' }] },
    config: { limits: { channelsMax: 20 } },
  });
  await commands(t);
  await terminal(t);
  await refusals(t);
  await logins(t);
  await forwarding(t);
  await master(t);
  await jumps(t);
  await recordings(t);
});

async function commands(t: Test): Promise<void> {
  const file = join(front.folder, 'cards.txt');
  writeFileSync(file, `card ${PAN} end\n`.repeat(1000));
  const direct = await front.client('ssh', ['direct', `cat ${file}`]);
  t.match(String(direct.stdout), PAN, 'the server shows card numbers');
  const shown = await front.client('ssh', ['gw', `cat ${file}; echo ${PAN} >&2; exit 7`]);
  t.equal(shown.code, 7, 'exit-status comes through');
  t.equal(shown.stderr, `${MASKED}\n`, 'error output is apart, and masked');
  t.equal(String(shown.stdout), `card ${MASKED} end\n`.repeat(1000));
  const half = await front.client('ssh', ['gw', 'cat; echo after'], { input: 'before\n' });
  t.equal(String(half.stdout), 'before\nafter\n', 'one direction may end before the other');
  const killed = await front.client('ssh', ['gw', 'kill -TERM $$']);
  t.equal(killed.code, 255, 'exit-signal comes through');
  const env = await front.client('ssh', ['-o', 'SendEnv=LC_TEST TEST_OTHER', 'gw', 'env'], {
    environment: { LC_TEST: 'yes', TEST_OTHER: 'no' },
  });
  t.match(String(env.stdout), /^LC_TEST=yes$/m);
  t.notMatch(String(env.stdout), 'TEST_OTHER', 'a name that is not listed stays behind');
  const bytes = await front.client('ssh', [
    '-o',
    'RekeyLimit=256K',
    'gw',
    'head -c 4000000 /dev/zero | tee /dev/stderr | wc -c',
  ]);
  t.equal(String(bytes.stdout).trim(), '4000000');
  t.equal(bytes.stderr.length, 4_000_000, 'keys are exchanged anew under load');
  const sent = await front.client('ssh', ['-o', 'RekeyLimit=256K', 'gw', 'wc -c'], {
    input: Buffer.alloc(4_000_000),
  });
  t.equal(String(sent.stdout).trim(), '4000000');
}

async function terminal(t: Test): Promise<void> {
  const lines = ['stty size', "echo 41111111''11111111", '# rm -rf x', 'exit 3'];
  const shell = await front.client('ssh', ['-tt', 'gw', 'TERM=dumb bash --norc --noprofile'], {
    input: `${lines.join('\n')}\n`,
  });
  t.equal(shell.code, 3);
  t.match(String(shell.stdout), MASKED);
  t.notMatch(String(shell.stdout), PAN);
}

async function refusals(t: Test): Promise<void> {
  const denied = await front.client('ssh', ['gw', 'halt now']);
  t.equal(denied.code, 126);
  t.match(denied.stderr, 'pangate: this command is refused here.');
  const elsewhere = await front.client('ssh', ['-o', 'LogLevel=INFO', '-W', 'example.test:80', 'gw']);
  t.match(elsewhere.stderr, 'forwarding to this place is refused here');
  const remote = await front.client('ssh', [
    '-o',
    'ExitOnForwardFailure=yes',
    '-R',
    '0.0.0.0:0:127.0.0.1:1',
    '-N',
    'gw',
  ]);
  t.match(remote.stderr, 'remote port forwarding failed');
  const x11 = await front.client('ssh', ['-X', 'gw', 'echo on'], { environment: { DISPLAY: ':9' } });
  t.equal(String(x11.stdout), 'on\n');
  const subsystem = await front.client('ssh', ['-s', 'gw', 'nonsense']);
  t.match(subsystem.stderr, 'this subsystem is refused here');
}

async function logins(t: Test): Promise<void> {
  const ask = async (token: string, method: string) => {
    const program = join(front.folder, 'askpass');
    writeFileSync(program, `#!/bin/sh\necho '${token}'\n`);
    chmodSync(program, 0o700);
    const environment = { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':9' };
    return front.client('ssh', ['-o', `PreferredAuthentications=${method}`, 'token', 'echo in'], {
      environment,
    });
  };
  for (const method of ['password', 'keyboard-interactive']) {
    t.equal(String((await ask(front.token, method)).stdout), 'in\n', method);
    t.equal((await ask('wrong', method)).code, 255, `${method}, a wrong token`);
  }
  makeKey(join(front.folder, 'stranger'));
  const key = ['-i', join(front.folder, 'stranger'), '-o', 'PubkeyAuthentication=yes', '-o', 'BatchMode=yes'];
  const stranger = await front.client('ssh', [...key, 'token', 'true']);
  t.equal(stranger.code, 255);
  const nowhere = await front.client('ssh', ['-l', 'alice#nowhere', 'gw', 'true']);
  t.match(nowhere.stderr, 'Login failed.');
}

/** Answers with a line that holds a card number. */
async function cardServer(t: Test): Promise<number> {
  const server = createServer((socket) => socket.end(`card ${PAN}\n`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as { port: number }).port;
}

async function forwarding(t: Test): Promise<void> {
  const port = await cardServer(t);
  const direct = await front.client('ssh', ['-W', `127.0.0.1:${port}`, 'gw']);
  t.equal(String(direct.stdout), `card ${MASKED}\n`, 'what is forwarded is masked');
  const back = await freePort();
  const child = spawn('ssh', [
    '-F',
    front.clientConfig,
    '-N',
    '-R',
    `127.0.0.1:${back}:127.0.0.1:${port}`,
    'gw',
  ]);
  t.teardown(() => child.kill());
  t.equal(await fetched(back), `card ${PAN}\n`, 'the server reaches the client’s side');
  child.kill();
}

/** What a port of this machine says, once it is there. */
async function fetched(port: number): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
    if (said !== '') return said;
    await sleep(50);
  }
  return '';
}

async function master(t: Test): Promise<void> {
  const path = join(front.folder, 'control');
  const child = spawn('ssh', ['-F', front.clientConfig, '-M', '-N', '-S', path, 'gw']);
  t.teardown(() => child.kill());
  for (let tries = 0; tries < 100; tries++)
    if ((await front.client('ssh', ['-S', path, '-O', 'check', 'gw'])).code === 0) break;
    else await sleep(50);
  const shared = (command: string) => front.client('ssh', ['-S', path, 'gw', command]);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => shared(`sleep 0.2; echo ${i}`)));
  t.same(
    answers.map(({ stdout }) => Number(String(stdout))),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  child.kill();
}

async function jumps(t: Test): Promise<void> {
  const through = await front.client('ssh', ['-J', 'jump', 'box', `echo ${PAN}`]);
  t.equal(String(through.stdout), `${MASKED}\n`, through.stderr);
  const nowhere = await front.client('ssh', ['-J', 'jump', 'elsewhere', 'true']);
  t.equal(nowhere.code, 255);
  const alone = await front.client('ssh', ['-o', 'LogLevel=INFO', 'jump', 'true']);
  t.match(alone.stderr, 'names no target');
}

async function recordings(t: Test): Promise<void> {
  const every = await front.replay('ls', '--json');
  const sessions = String(every.stdout);
  t.notMatch(sessions, PAN);
  const verified = await front.replay('verify', '--all');
  t.match(String(verified.stdout), 'VALID');
  t.notMatch(String(verified.stdout), 'TAMPERED');
  const found = await front.replay('grep', MASKED);
  t.match(String(found.stdout), MASKED);
  t.equal((await front.replay('grep', PAN)).stdout.length, 0, 'no recording shows the card number');
}

test('a server with another host key is refused, with what to do about it', { skip }, async (t) => {
  const other = await startFront(t, {
    target: { hostKeys: ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'] },
  });
  const result = await other.client('ssh', ['gw', 'true']);
  t.equal(result.code, 255);
  t.match(result.stderr, /The host key of box is not the one that is pinned.*SHA256:/);
  t.match(result.stderr, 'options.hostKeys');
});
