/** The gateway around a small line protocol of this file, with real sockets and real recordings. */
import { existsSync, readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import * as z from 'zod';
import { type Bytes, text, utf8 } from '../base/bytes.ts';
import { systemClock } from '../base/clock.ts';
import { PangateError } from '../base/errors.ts';
import type { Host, Lane, Outlet } from '../base/host.ts';
import type { Identity } from '../base/identity.ts';
import { type Limits, limits } from '../base/limits.ts';
import type { Wire } from '../base/wire.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { openArchive } from '../recorder/index.ts';
import { temporaryFolder } from '../test/temporary.ts';
import type { Config } from './config/config.ts';
import { type Gateway, startGateway } from './gateway.ts';

const identity: Identity = {
  secret: () => Promise.reject(new Error('not used here')),
  token: async (user, token) => user === 'alice' && token === 'right',
  key: async () => false,
  person: async (id) => ({ id, groups: [], targets: ['cards'] }),
};

/** First line: `user token target`; then bytes both ways, at rest while `busy` was not said. */
const lines: Protocol = {
  name: 'lines',
  defaultPort: 0,
  targetOptions: z.strictObject({}),
  async serve(client, host) {
    try {
      await login(client, host);
    } catch (error) {
      const reason = (error as PangateError).code;
      host.denied({ user: 'eve 4111111111111111', target: '', protocol: 'lines', reason });
      client.write(utf8(`${reason}\n`));
      throw error;
    }
  },
};

async function login(client: Wire, host: Host): Promise<void> {
  const [user = '', token = '', name = ''] = text((await client.read(1)) ?? utf8(''))
    .trim()
    .split(' ');
  const person = await host.identity.person(user);
  if (!(await host.identity.token(user, token)) || !person)
    throw new PangateError('login-failed', 'Login failed.');
  const target = host.target(person, name);
  host.loggedIn();
  const server = await host.dial(target);
  const undo = host.register(user, () => client.write(utf8('poked\n')));
  if (host.signal('bob')) throw new Error('nobody has registered');
  const common = { person, method: 'token', target, client, server };
  await host.run({ ...common, application: 'test', database: 'db', serverVersion: '1' }, new LineLane());
  undo();
}

class LineLane implements Lane {
  idle = true;
  #out!: Outlet;
  start(outlet: Outlet): void {
    this.#out = outlet;
    outlet.toClient(utf8('hello\n'));
  }
  client(bytes: Bytes): number {
    this.#out.record({ type: 'sql.q', data: { bytes: bytes.length } });
    this.idle = !text(bytes).includes('busy');
    this.#out.toServer(bytes);
    return bytes.length;
  }
  server(bytes: Bytes): number {
    this.#out.toClient(bytes);
    return bytes.length;
  }
  ended(): void {
    this.#out.end('ended');
  }
  failed(error: Error): Bytes {
    return utf8(`${(error as PangateError).code}\n`);
  }
}

interface Stage {
  readonly gateway: Gateway;
  readonly port: number;
  readonly log: string[];
  readonly directory: string;
  stop(): Promise<void>;
}

const UNSIGNED = { sealer: 'off', clock: 'off', witnesses: [] } as const;

async function stage(own: Partial<Limits> = {}, target?: string): Promise<Stage> {
  const echo = await startEcho();
  const directory = temporaryFolder('gateway');
  const local = { socket: '', host: '127.0.0.1' };
  const config = {
    file: '',
    digest: 'c'.repeat(64),
    version: 1,
    listeners: [
      { name: 'door', protocol: 'lines', address: { host: local.host, port: 0 }, ...(target && { target }) },
    ],
    targets: ['cards', 'ledger'].map((name) => ({
      name,
      protocol: 'lines',
      address: { host: local.host, port: (echo.address() as { port: number }).port },
      user: 'app',
      tls: { mode: 'disable' },
      options: {},
    })),
    users: { file: '' },
    mask: { detectors: {}, columns: [] },
    record: {
      directory,
      mode: 'strict',
      approvers: [],
      retention: { retainDays: 400, hotDays: 92, deleteAfterDays: -1, targets: {} },
      disk: { reserveBytes: 0, alarmPercent: 80, refusePercent: 95 },
      durability: 'process',
      ...UNSIGNED,
      results: { rowsMax: 0, bytesMax: 0 },
    },
    limits: { ...limits, closingTimeoutMs: 500, ...own },
    log: { level: 'info', format: 'json' },
  } as Config;
  const log: string[] = [];
  const note = (fields: object, message: string): number => log.push(`${message} ${JSON.stringify(fields)}`);
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: 'test',
  });
  const noted = { info: note, warn: note, error: note };
  const gateway = await startGateway({
    config,
    protocols: [lines],
    identity,
    archive,
    log: noted as never,
    clock: systemClock,
  });
  const port = Number(gateway.listening[0]!.address.split(':').at(-1));
  const stop = async (): Promise<void> => {
    gateway.destroy();
    await gateway.drain(0);
    await archive.close();
    echo.close();
  };
  return { gateway, port, log, directory, stop };
}

function startEcho(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** A client that remembers all it has heard. */
class Caller {
  heard = '';
  closed = false;
  readonly #socket: Socket;
  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => {
      this.heard += String(chunk);
    });
    this.#socket
      .on('error', () => undefined)
      .on('close', () => {
        this.closed = true;
      });
  }
  say(words: string): void {
    this.#socket.write(words);
  }
  leave(): void {
    this.#socket.end();
  }
  async until(done: () => boolean): Promise<void> {
    for (let i = 0; i < 300 && !done(); i++) await sleep(10);
  }
  hears(words: string): Promise<void> {
    return this.until(() => this.heard.includes(words));
  }
}

async function session(port: number): Promise<Caller> {
  const caller = new Caller(port);
  caller.say('alice right cards\n');
  await caller.hears('hello');
  return caller;
}

test('a session runs through the gateway and leaves a recording', async (t) => {
  const { port, log, directory, stop, gateway } = await stage();
  const caller = await session(port);
  t.equal(gateway.sessions, 1);
  caller.say('one\n');
  await caller.hears('one');
  caller.leave();
  await caller.until(() => gateway.sessions === 0);
  t.match(log.join('\n'), /session opened .*"user":"alice"/);
  t.match(log.join('\n'), /session closed .*"bytesToClient":10,"bytesToServer":4/);
  await stop();
  t.equal(recordings(directory).length, 1);
});

function recordings(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.pgr.zst'));
}

test('a wrong token, an unknown target and one that is not allowed get the same answer', async (t) => {
  const { port, stop, directory, log } = await stage();
  for (const words of ['alice wrong cards', 'eve right cards', 'alice right nothing', 'alice right ledger']) {
    const caller = new Caller(port);
    caller.say(`${words}\n`);
    await caller.until(() => caller.closed);
    t.equal(caller.heard, 'login-failed\n', words);
  }
  await stop();
  t.match(log.join('\n'), /denied .*"user":"eve 411111\*{6}1111"/);
  t.equal(recordings(directory).length, 1, 'the evidence, of all four');
});

test("a listener's own target is used whatever the client names", async (t) => {
  const { port, stop } = await stage({}, 'cards');
  const caller = new Caller(port);
  caller.say('alice right anything\n');
  await caller.hears('hello');
  t.equal(caller.heard, 'hello\n');
  await stop();
});

test('who does not log in within the limit is cut off', async (t) => {
  const { port, stop, log } = await stage({ loginTimeoutMs: 50 });
  const caller = new Caller(port);
  await caller.until(() => caller.closed);
  t.ok(caller.closed);
  t.match(log.join('\n'), 'login took too long');
  await stop();
});

test('waiting logins of one address are capped, and those logged in do not count', async (t) => {
  const { port, stop } = await stage({ loginsPerAddressMax: 2 });
  await session(port);
  await session(port);
  const waiting = [new Caller(port), new Caller(port)];
  await sleep(50);
  const third = new Caller(port);
  await third.until(() => third.closed);
  t.ok(third.closed);
  t.notOk(waiting.some((caller) => caller.closed));
  waiting[0]!.leave();
  await waiting[0]!.until(() => waiting[0]!.closed);
  t.equal((await session(port)).heard, 'hello\n');
  await stop();
});

test('the session after the last place is refused in the protocol’s words', async (t) => {
  const { port, stop } = await stage({ sessionsMax: 2 });
  const first = await session(port);
  await session(port);
  const third = new Caller(port);
  third.say('alice right cards\n');
  await third.until(() => third.closed);
  t.equal(third.heard, 'limit-exceeded\n');
  first.leave();
  await first.until(() => first.closed);
  t.equal((await session(port)).heard, 'hello\n');
  await stop();
});

test('a drain ends sessions at rest at once, busy ones at the limit, and takes no new ones', async (t) => {
  const { port, gateway, stop, log, directory } = await stage();
  const resting = await session(port);
  const busy = await session(port);
  const waiting = new Caller(port);
  busy.say('busy\n');
  await busy.hears('busy');
  const drained = gateway.drain(400);
  await resting.until(() => resting.closed);
  t.equal(resting.heard, 'hello\nshutting-down\n');
  t.notOk(busy.closed);
  waiting.say('alice right cards\n');
  await waiting.until(() => waiting.closed);
  t.equal(waiting.heard, 'shutting-down\n');
  const late = new Caller(port);
  await late.until(() => late.closed);
  t.equal(late.heard, '');
  await drained;
  await busy.until(() => busy.closed);
  t.equal(busy.heard, 'hello\nbusy\nshutting-down\n');
  t.match(log.join('\n'), 'drain limit');
  await stop();
  t.equal(recordings(directory).length, 3, 'two sessions, and the one that was turned away');
});

test('an address that is taken is an error that names the listener', async (t) => {
  const { port, stop } = await stage();
  const taken = { listeners: [{ name: 'door', protocol: 'lines', address: { host: '127.0.0.1', port } }] };
  const parts = {
    protocols: [lines],
    identity,
    clock: systemClock,
    log: { info() {}, warn() {}, error() {} },
  };
  const config = { ...taken, targets: [], mask: { detectors: {}, columns: [] }, limits } as unknown as Config;
  await t.rejects(startGateway({ ...parts, config, archive: null as never }), {
    code: 'config-invalid',
    message: /listener door: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/,
  });
  await stop();
});

test('a Unix socket is served, and a stale one of a dead process replaced', async (t) => {
  const path = join(temporaryFolder('socket'), 'gate.sock');
  const config = {
    listeners: [{ name: 'door', protocol: 'lines', address: { socket: path } }],
    targets: [],
    mask: { detectors: {}, columns: [] },
    limits: { ...limits, loginTimeoutMs: 100 },
  } as unknown as Config;
  const parts = {
    protocols: [lines],
    identity,
    clock: systemClock,
    log: { info() {}, warn() {}, error() {} },
  };
  const { spawnSync } = await import('node:child_process');
  spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen('${path}', () => process.kill(process.pid, 9))`,
  ]);
  t.ok(existsSync(path), 'a socket file is left');
  const gateway = await startGateway({ ...parts, config, archive: null as never });
  t.equal(gateway.listening[0]?.address, path);
  await t.rejects(startGateway({ ...parts, config, archive: null as never }), { message: /EADDRINUSE/ });
  gateway.destroy();
});
