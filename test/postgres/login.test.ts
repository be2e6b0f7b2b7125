/** How connections begin: every way to log in to a server, and every oddity of a client's start. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client } from 'pg';
import { test } from 'tap';
import { startupMessage } from '../../protocols/postgres/startup.ts';
import { type GatewayServer, startGateway } from '../servers/gateway.ts';
import { type PostgresAuth, type PostgresServer, startPostgres } from '../servers/postgres.ts';

const QUIET = { log: { level: 'warn', format: 'json' } };

async function answers(gateway: GatewayServer): Promise<string> {
  const client = new Client({ ...gateway, ssl: false });
  await client.connect();
  const { rows } = await client.query("select current_user as name, '4111111111111111' as pan");
  await client.end();
  return `${rows[0].name} ${rows[0].pan}`;
}

for (const auth of ['scram', 'md5', 'password', 'trust'] as const satisfies readonly PostgresAuth[]) {
  test(`the gateway logs in to a server that asks for ${auth}`, async (t) => {
    const server = await startPostgres({ auth });
    t.teardown(server.stop);
    const gateway = await startGateway(server, { config: QUIET });
    t.teardown(gateway.stop);
    t.equal(await answers(gateway), `${server.user} 411111******1111`);
  });
}

test('the gateway logs in with a certificate over TLS that it checks', async (t) => {
  const server = await startPostgres({ auth: 'cert', tls: true });
  t.teardown(server.stop);
  const gateway = await startGateway(server, {
    upstreamAuthority: server.pki!.authority.certificate,
    upstreamCertificate: server.pki!.client,
    config: QUIET,
  });
  t.teardown(gateway.stop);
  t.equal(await answers(gateway), `${server.user} 411111******1111`);
});

let server: PostgresServer;
let gateway: GatewayServer;

test('a server and a gateway with TLS', async () => {
  server = await startPostgres();
  gateway = await startGateway(server, { tls: true, config: QUIET });
});

function dial(): Promise<Socket> {
  const socket = connect(gateway.port, '127.0.0.1');
  return once(socket, 'connect').then(() => socket);
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const GSSENC_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]);

/** All that comes until `bytes` are there or the connection ends. */
async function heard(socket: Socket, bytes: number): Promise<Buffer> {
  let all = Buffer.alloc(0);
  while (all.length < bytes && !socket.readableEnded) {
    const chunk = socket.read() as Buffer | null;
    if (chunk) all = Buffer.concat([all, chunk]);
    else await Promise.race([once(socket, 'readable'), once(socket, 'end')]);
  }
  return all;
}

function startup(extra: readonly (readonly [string, string])[] = []): Buffer {
  return Buffer.from(startupMessage([['user', gateway.user], ['database', gateway.database], ...extra]));
}

test('an encryption request for GSS gets N, and TLS may follow on the same connection', async (t) => {
  const socket = await dial();
  socket.write(GSSENC_REQUEST);
  t.equal(String(await heard(socket, 1)), 'N');
  socket.write(SSL_REQUEST);
  t.equal(String(await heard(socket, 1)), 'S');
  socket.destroy();
});

test('plain bytes behind an SSLRequest end the connection (CVE-2021-23222)', async (t) => {
  const socket = await dial();
  socket.write(Buffer.concat([SSL_REQUEST, startup()]));
  const answer = String(await heard(socket, 1000));
  t.match(answer, /before the TLS handshake/);
  t.notMatch(answer, /SCRAM/);
});

test('direct TLS with the protocol’s name begins at the first byte', async (t) => {
  const options = {
    port: gateway.port,
    host: '127.0.0.1',
    ca: gateway.authority!.certificate,
    servername: 'localhost',
  };
  const socket = connectTls({ ...options, ALPNProtocols: ['postgresql'] });
  await once(socket, 'secureConnect');
  t.equal(socket.alpnProtocol, 'postgresql');
  socket.write(startup());
  t.match(String(await heard(socket, 20)), 'SCRAM-SHA-256');
  socket.destroy();
});

test('direct TLS without the protocol’s name is refused', async (t) => {
  const socket = connectTls({
    port: gateway.port,
    host: '127.0.0.1',
    ca: gateway.authority!.certificate,
    servername: 'localhost',
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect').catch(() => undefined);
  socket.write(startup());
  t.notMatch(String(await heard(socket, 1000)), 'SCRAM');
});

test('protocol 3.2 and unknown protocol options are negotiated down to 3.0', async (t) => {
  const socket = await dial();
  const packet = startup([['_pq_.shiny', '1']]);
  packet.writeUInt32BE(0x30002, 4);
  socket.write(packet);
  const answer = await heard(socket, 40);
  t.equal(String.fromCharCode(answer[0]!), 'v');
  t.equal(answer.readInt32BE(5), 0);
  t.equal(answer.readInt32BE(9), 1);
  t.match(answer.toString('latin1'), /_pq_\.shiny\0R/);
  socket.destroy();
});

test('a start that comes byte by byte is a start', async (t) => {
  const socket = await dial();
  socket.setNoDelay(true);
  for (const byte of startup()) {
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.match(String(await heard(socket, 20)), 'SCRAM-SHA-256');
  socket.destroy();
});

test('replication, protocol 2, absurd lengths and malformed starts get an error and no login', async (t) => {
  const old = startup();
  old.writeUInt32BE(0x20000, 4);
  const long = Buffer.from([0x7f, 0, 0, 0, 0, 3, 0, 0]);
  const open = Buffer.from('\0\0\0\x0e\0\x03\0\0user\0x', 'latin1');
  for (const packet of [
    startup([['replication', 'database']]),
    startup([['replication', 'true']]),
    old,
    long,
    open,
  ]) {
    const socket = await dial();
    socket.write(packet);
    const answer = String(await heard(socket, 100_000));
    t.match(answer, /FATAL/);
    t.notMatch(answer, /SCRAM/);
  }
});

test('the client gets a key of the gateway’s own, and cancel reaches the statement', async (t) => {
  const client = new Client({ ...gateway, ssl: false });
  await client.connect();
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const pid = (await client.query('select pg_backend_pid() as pid')).rows[0].pid as number;
  t.not(processID, pid);
  const slow = t.rejects(client.query('select pg_sleep(30)'), { code: '57014' });
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80877102, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const wrong of [true, false]) {
    const socket = await dial();
    const packet = Buffer.from(request);
    if (wrong) packet.writeInt32BE(secretKey ^ 1, 12);
    socket.end(packet);
    await heard(socket, 1);
  }
  await slow;
  await client.end();
});

test('both are stopped', async () => {
  await gateway.stop();
  await server.stop();
});
