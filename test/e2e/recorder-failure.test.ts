/** What cannot be recorded is not sent: the disk fills up or turns read-only under a whole gateway. */
import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { type Test, test } from 'tap';
import { startGateway } from '../servers/gateway.ts';
import { startPostgres } from '../servers/postgres.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder('small');
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0;
const skip = mounted ? false : 'no file system can be mounted here (needs root)';
const WIDE = `select repeat(md5(i::text), 30) as x from generate_series(1, 20000) i`;

async function connected(t: Test, mode: string): Promise<{ client: Client; stop: () => Promise<void> }> {
  const server = await startPostgres();
  const record = {
    directory: folder,
    mode,
    durability: 'process',
    results: { rowsMax: 1_000_000, bytesMax: 1_000_000_000 },
  };
  const gateway = await startGateway(server, { config: { record, log: { level: 'warn', format: 'json' } } });
  const client = new Client({ ...gateway, ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  const stop = async (): Promise<void> => {
    await client.end().catch(() => undefined);
    await gateway.stop();
    await server.stop();
  };
  t.teardown(stop);
  return { client, stop };
}

test('a full disk ends a strict session with an error in the protocol’s own words', { skip }, async (t) => {
  const { client, stop } = await connected(t, 'strict');
  t.equal((await client.query('select 1 as one')).rows[0].one, 1);
  await t.rejects(client.query(WIDE), { code: '53100', message: /^pangate: / });
  await t.rejects(client.query('select 1'));
  await stop();
});

test('a gateway that cannot record does not start', { skip }, async (t) => {
  const server = await startPostgres();
  t.teardown(server.stop);
  spawnSync('mount', ['-o', 'remount,ro', folder]);
  const record = { directory: folder, mode: 'strict', durability: 'process' };
  await t.rejects(startGateway(server, { config: { record } }), /record/);
});

test('the file system is given back', { skip }, async (t) => {
  t.equal(spawnSync('umount', ['-l', folder]).status, 0);
});
