/** The gateway logs in to real servers in each way they ask for, with credentials that clients never see. */
import { Client } from 'pg';
import { test } from 'tap';
import { type GatewayOptions, startGateway } from '../servers/gateway.ts';
import {
  type Connection,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from '../servers/postgres.ts';
import { leaksIn, VERSIONS } from './front.ts';
import { flat } from './shape.ts';

const WAYS: readonly Pick<PostgresOptions, 'auth' | 'tls'>[] = [
  { auth: 'scram' },
  { auth: 'scram', tls: true },
  { auth: 'md5' },
  { auth: 'md5', tls: true },
  { auth: 'password', tls: true },
  { auth: 'cert', tls: true },
  { auth: 'trust' },
];

for (const version of VERSIONS)
  for (const way of WAYS)
    test(`${version} that asks for ${way.auth}${way.tls ? ' over TLS' : ''}`, async (t) => {
      const server = await startPostgres({ version, seeded: true, ...way });
      t.teardown(server.stop);
      const gateway = await startGateway(server, towards(server));
      t.teardown(gateway.stop);
      const tls = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
      t.strictSame(await ask(gateway, tls), [{ ssl: way.tls ?? false }]);
      const rows = await ask(gateway, 'SELECT * FROM cards LIMIT 100');
      t.equal(rows.length, 100);
      t.equal(leaksIn(flat(rows)), 0);
      t.notMatch(gateway.process.output(), server.password);
    });

test('a server whose certificate is of another authority is refused', {
  skip: VERSIONS.length === 0,
}, async (t) => {
  const [server, other] = await Promise.all([
    startPostgres({ version: VERSIONS[0]!, tls: true }),
    startPostgres({ version: VERSIONS[0]!, tls: true }),
  ]);
  t.teardown(server.stop);
  t.teardown(other.stop);
  const gateway = await startGateway(server, { upstreamAuthority: other.pki!.authority.certificate });
  t.teardown(gateway.stop);
  await t.rejects(ask(gateway, 'SELECT 1'));
  t.notMatch(server.process.output(), 'SELECT 1');
});

function towards(server: PostgresServer): GatewayOptions {
  if (!server.pki) return {};
  return { upstreamAuthority: server.pki.authority.certificate, upstreamCertificate: server.pki.client };
}

async function ask({ host, port, user, password, database }: Connection, text: string): Promise<unknown[]> {
  const client = new Client({ host, port, user, password, database });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
