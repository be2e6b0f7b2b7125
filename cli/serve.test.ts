/** `pangate serve` as a process, between real clients and a real PostgreSQL. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Test, test } from 'tap';
import { makePki } from '../test/servers/certificate.ts';
import { type PostgresServer, startPostgres } from '../test/servers/postgres.ts';
import { missingPostgres } from '../test/servers/postgres-binaries.ts';
import { temporaryFolder } from '../test/temporary.ts';

const MAIN = 'build/cli/main.js';
const skip = missingPostgres('embedded');
let shared: PostgresServer | null = null;

interface Gate {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string;
  readonly folder: string;
  readonly exited: Promise<number | null>;
  stderr(): string;
}

/** Writes a configuration, adds alice, and starts the gateway. */
async function serve(
  t: Test,
  own: { readonly listener?: string; readonly rest?: string } = {},
): Promise<Gate> {
  shared ??= await startPostgres();
  const folder = temporaryFolder('serve');
  const config = join(folder, 'pangate.yaml');
  const pki = makePki('x');
  writeFileSync(join(folder, 'gw.crt'), pki.server.certificate);
  writeFileSync(join(folder, 'gw.key'), pki.server.key);
  writeFileSync(join(folder, 'ca.crt'), pki.authority.certificate);
  writeFileSync(
    config,
    `version: 1
listeners: [{ name: pg, protocol: postgres, address: '127.0.0.1:0', ${own.listener ?? ''} }]
targets:
  - name: cards
    protocol: postgres
    address: 127.0.0.1:${shared.port}
    user: ${shared.user}
    password: { env: UPSTREAM }
    options: { database: ${shared.database} }
users: { file: users.yaml }
${own.rest ?? ''}
`,
  );
  const add = [MAIN, 'user', 'add', 'alice', '--target', 'cards', '--config', config];
  const token = execFileSync(process.execPath, add, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config], {
    env: { ...process.env, UPSTREAM: shared.password },
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const port = await until(() => /"address":"127\.0\.0\.1:(\d+)"/.exec(stderr)?.[1]);
  return { child, port: Number(port), token: token.trim(), folder, exited, stderr: () => stderr };
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 6000; i++) {
    const found = look();
    if (found) return found;
    await sleep(10);
  }
  throw new Error('it did not happen');
}

async function client(gate: Gate, own: object = {}): Promise<Client> {
  const { port, token } = gate;
  const made = new Client({
    host: '127.0.0.1',
    port,
    user: 'alice',
    password: token,
    database: 'cards',
    ...own,
  });
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

function recordings(folder: string): string[] {
  const names = readdirSync(join(folder, 'recordings'), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.pgr.zst'));
}

test('a client with the token queries through it; the session is logged and recorded', {
  skip,
}, async (t) => {
  const gate = await serve(t);
  const alice = await client(gate);
  const { rows } = await alice.query("SELECT '4111111111111111'::text AS a, current_user AS u");
  t.same(rows, [{ a: '411111******1111', u: shared?.user }]);
  await alice.end();
  await until(() => gate.stderr().includes('session closed') || undefined);
  t.equal(recordings(gate.folder).length, 1);
  t.notMatch(gate.stderr(), /4111111111111111/);
  t.notMatch(gate.stderr(), gate.token);
  t.notMatch(gate.stderr(), shared!.password);
  gate.child.kill('SIGTERM');
  t.equal(await gate.exited, 0);
});

test('every failed login gets the same words, and the log says why', { skip }, async (t) => {
  const gate = await serve(t);
  const words = new Set<string>();
  for (const own of [{ password: 'wrong' }, { user: 'bob' }, { database: 'nothing' }])
    words.add(
      String(
        await client(gate, own).then(
          () => 'in',
          (error: Error) => error.message,
        ),
      ),
    );
  t.same([...words], ['pangate: Login failed.']);
  t.ok(await until(() => gate.stderr().includes('"why":"no such target"') || undefined));
  t.equal(recordings(gate.folder).length, 1, 'one recording is the evidence of all three');
});

test('a token that was rotated counts at the next login', { skip }, async (t) => {
  const gate = await serve(t);
  const args = [MAIN, 'user', 'token', 'alice', '--file', join(gate.folder, 'users.yaml')];
  const next = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await t.rejects(client(gate), { message: /Login failed/ });
  await (await client(gate, { password: next.trim() })).end();
});

test('with TLS on the listener clients without it are refused', { skip }, async (t) => {
  const gate = await serve(t, { listener: 'tls: { certificate: gw.crt, key: gw.key }' });
  await t.rejects(client(gate), { message: /TLS connections only/ });
  const ca = readFileSync(join(gate.folder, 'ca.crt'), 'utf8');
  const alice = await client(gate, { host: 'localhost', ssl: { ca } });
  t.same((await alice.query('SELECT 1 AS n')).rows, [{ n: 1 }]);
  await alice.end();
});

test('SIGTERM ends a session at rest, lets a transaction finish, and then ends the process', {
  skip,
}, async (t) => {
  const gate = await serve(t);
  const [resting, busy] = [await client(gate), await client(gate)];
  const ended = new Promise((resolve) => resting.once('end', resolve));
  await busy.query('BEGIN');
  gate.child.kill('SIGTERM');
  await ended;
  t.same((await busy.query('SELECT 2 AS n')).rows, [{ n: 2 }]);
  await t.rejects(client(gate), { code: 'ECONNREFUSED' });
  const over = new Promise((resolve) => busy.once('end', resolve));
  await busy.query('COMMIT');
  await over;
  t.equal(await gate.exited, 0);
  t.equal(recordings(gate.folder).length, 2);
});

test('sessions that do not come to rest are ended at the drain limit', { skip }, async (t) => {
  const gate = await serve(t, { rest: 'limits: { drainTimeoutMs: 200 }' });
  const busy = await client(gate);
  await busy.query('BEGIN');
  const failed = busy.query('SELECT pg_sleep(60)').catch((error: Error) => error.message);
  await sleep(100);
  gate.child.kill('SIGTERM');
  t.match(await failed, /shutting down/);
  t.equal(await gate.exited, 0);
});

test('a second signal ends everything at once', { skip }, async (t) => {
  const gate = await serve(t);
  const busy = await client(gate);
  await busy.query('BEGIN');
  gate.child.kill('SIGTERM');
  await until(() => gate.stderr().includes('draining') || undefined);
  gate.child.kill('SIGINT');
  t.equal(await gate.exited, 1);
});

test('SIGHUP reads the configuration again, for new connections; a broken one changes nothing', {
  skip,
}, async (t) => {
  const gate = await serve(t);
  const file = join(gate.folder, 'pangate.yaml');
  const before = await client(gate);
  const ask = "SELECT '4111111111111111' AS a";
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, `${whole}mask: { detectors: { pan: full } }\n`);
  gate.child.kill('SIGHUP');
  await until(() => gate.stderr().includes('configuration read again') || undefined);
  const after = await client(gate);
  t.same((await before.query(ask)).rows, [{ a: '411111******1111' }]);
  t.same((await after.query(ask)).rows, [{ a: '****************' }]);
  for (const broken of [
    whole.replace('version: 1', 'version: 2'),
    whole.replace('127.0.0.1:0', '127.0.0.1:1'),
  ]) {
    const told = gate.stderr().split('the old one stays').length;
    writeFileSync(file, broken);
    gate.child.kill('SIGHUP');
    await until(() => gate.stderr().split('the old one stays').length > told || undefined);
  }
  t.same((await (await client(gate)).query(ask)).rows, [{ a: '****************' }]);
});

test('bytes that are no protocol, and silence, end without harm', { skip }, async (t) => {
  const gate = await serve(t, { rest: 'limits: { loginTimeoutMs: 3000 }' });
  for (const words of ['', 'GET / HTTP/1.1\r\n\r\n', '\0\0\0\x08\x04\xd2\x16\x2f', 'x'.repeat(100_000)]) {
    const socket = createConnection(gate.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(words);
    await once(socket, 'close');
  }
  await (await client(gate)).end();
  t.notMatch(gate.stderr(), '"stack"');
});

test('a secret that is not there is the operator’s to see, not the client’s', { skip }, async (t) => {
  const gate = await serve(t, { rest: '' });
  const file = join(gate.folder, 'pangate.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('UPSTREAM', 'NOT_SET_ANYWHERE'));
  const doctor = spawn(process.execPath, [MAIN, 'doctor', '--config', file]);
  let out = '';
  doctor.stdout.on('data', (chunk) => {
    out += chunk;
  });
  t.equal((await once(doctor, 'exit'))[0], 1);
  t.match(out, /NOT_SET_ANYWHERE is empty or not set/);
});

test('the server is stopped', async () => {
  await shared?.stop();
});
