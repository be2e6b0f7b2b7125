import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Client, type ClientConfig } from 'pg';
import { test } from 'tap';
import { ROWS } from '../seed/payments.ts';
import { missing } from './available.ts';
import { startPgbouncer } from './pgbouncer.ts';
import { type PostgresAuth, type PostgresServer, startPostgres } from './postgres.ts';
import { missingPostgres, type PostgresVersion } from './postgres-binaries.ts';

const MAJOR: Readonly<Record<PostgresVersion, RegExp>> = { embedded: /^18/, debian15: /^15/ };

for (const version of ['embedded', 'debian15'] as const) {
  const skip = missingPostgres(version);

  test(`${version} holds the payments database and is gone after stop`, { skip }, async (t) => {
    const server = await startPostgres({ version, seeded: true });
    t.match(await ask(server, 'SHOW server_version'), MAJOR[version]);
    const counted =
      'SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM cards) + (SELECT count(*) FROM payments)';
    t.equal(await ask(server, counted), String(ROWS));
    await server.stop();
    t.notOk(existsSync(server.folder));
    t.throws(() => process.kill(server.process.pid, 0), { code: 'ESRCH' });
  });

  for (const auth of ['scram', 'md5', 'password', 'trust'] as const)
    test(`${version} asks for ${auth}`, { skip }, async (t) => {
      const server = await startPostgres({ version, auth });
      t.teardown(server.stop);
      t.equal(await ask(server, 'SELECT current_user'), 'payments');
      const wrong = ask({ ...server, password: 'wrong' }, 'SELECT 1');
      if (auth === 'trust') t.equal(await wrong, '1');
      else await t.rejects(wrong, { code: '28P01' });
    });

  test(`${version} asks for a client certificate over TLS`, { skip }, async (t) => {
    const server = await startPostgres({ version, auth: 'cert', tls: true });
    t.teardown(server.stop);
    const ca = server.pki!.authority.certificate;
    const { certificate: cert, key } = server.pki!.client;
    const query = 'SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    t.equal(await ask(server, query, { ssl: { ca, cert, key, servername: 'localhost' } }), 'true');
    await t.rejects(ask(server, query, { ssl: { ca, servername: 'localhost' } }), { code: '28000' });
    await t.rejects(ask(server, query), { code: '28000' });
  });
}

test('pgbouncer stands in front of a server', {
  skip: missing('pgbouncer') || missingPostgres('debian15'),
}, async (t) => {
  const server = await startPostgres({ version: 'debian15', auth: 'md5' as PostgresAuth });
  t.teardown(server.stop);
  const bouncer = await startPgbouncer(server, { poolMode: 'transaction' });
  t.teardown(bouncer.stop);
  t.equal(await ask(bouncer, 'SELECT current_user'), 'payments');
});

test('a test that is killed leaves neither server nor folder', {
  skip: missingPostgres('embedded'),
}, async (t) => {
  const module = new URL('./postgres.js', import.meta.url).href;
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const server = await startPostgres();
    console.log(JSON.stringify({ pid: server.process.pid, folder: server.folder }));
    process.kill(process.pid, 'SIGKILL');`;
  const died = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.equal(died.signal, 'SIGKILL');
  const { pid, folder } = JSON.parse(died.stdout) as { pid: number; folder: string };
  for (let i = 0; i < 200 && existsSync(folder); i++) await new Promise((done) => setTimeout(done, 50));
  t.notOk(existsSync(folder));
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

/** The first value of the first row. */
async function ask(
  server: Pick<PostgresServer, 'host' | 'port' | 'user' | 'password' | 'database'>,
  query: string,
  more: ClientConfig = {},
): Promise<string> {
  const { host, port, user, password, database } = server;
  const client = new Client({ host, port, user, password, database, ...more });
  await client.connect();
  try {
    const { rows } = await client.query({ text: query, rowMode: 'array' });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}
