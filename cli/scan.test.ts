/** `pangate scan` as a process: over tables of a real server, and what it says and never says. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { test } from 'tap';
import { startPostgres } from '../test/servers/postgres.ts';
import { temporaryFolder } from '../test/temporary.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function scan(args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, ['build/cli/main.js', 'scan', ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end();
  const [code] = await once(child, 'close');
  return { code, out, err };
}

test('tables: each column with its findings, sampled or whole, and nothing changes', async (t) => {
  const server = await startPostgres({ superuser: true });
  t.teardown(() => server.stop());
  const client = new Client({ ...server });
  await client.connect();
  await client.query(`CREATE TABLE "odd ""name" (id int, pan text, cvv text, note jsonb, amount numeric);
    INSERT INTO "odd ""name" VALUES (1, '${PAN}', '123', '{"card": "${PAN}"}', 4111111111111112), (2, NULL, NULL, '{}', 1);
    CREATE TABLE many AS SELECT i, CASE WHEN i % 2 = 0 THEN '${PAN}' END AS value FROM generate_series(1, 50000) i;
    ANALYZE many; CREATE TABLE clean (a text); CREATE VIEW seen AS SELECT * FROM many;`);
  await client.end();
  const folder = temporaryFolder('scan');
  const config = join(folder, 'pangate.yaml');
  writeFileSync(join(folder, 'password'), server.password, { mode: 0o600 });
  writeFileSync(join(folder, 'users.yaml'), 'version: 1\nusers: []\n', { mode: 0o600 });
  const { host, port, user, database } = server;
  const target = {
    name: 'cards',
    protocol: 'postgres',
    address: `${host}:${port}`,
    user,
    options: { database },
  };
  const password = { file: join(folder, 'password') };
  writeFileSync(config, JSON.stringify({ ...base(folder), targets: [{ ...target, password }] }));
  const report = join(folder, 'report.json');

  const sampled = await scan(['-c', config, '--target', 'cards', '--sample', '500', '--report', report]);
  t.equal(sampled.code, 1, sampled.err);
  t.match(sampled.out, `cards:public.odd "name.pan`);
  t.match(sampled.out, MASKED);
  const said = JSON.parse(readFileSync(report, 'utf8'));
  const column = (path: string) =>
    said.files.find((each: { path: string }) => each.path === `cards:public.${path}`);
  t.match(column('odd "name.pan'), { type: 'text', rows: 2, counts: { pan: 1 } });
  t.match(column('odd "name.pan').findings, [{ line: 1, example: MASKED }]);
  t.match(column('odd "name.cvv'), { counts: { cvv: 1 }, findings: [{ reason: 'column', example: '***' }] });
  t.match(column('odd "name.note'), { type: 'jsonb', counts: { pan: 1 } });
  t.match(column('clean.a'), { state: 'clean', rows: 0 });
  t.match(column('many.value'), { rows: 500 });
  t.notOk(column('seen.value'), 'a view is not at rest');
  for (const text of [sampled.out, sampled.err, JSON.stringify(said)]) t.notMatch(text, PAN);

  const whole = await scan(['-c', config, '--target', 'cards', '--table', 'man?', '--whole', '--json']);
  t.match(JSON.parse(whole.out), { totals: { counts: { pan: 25_000 } } });
  const clean = await scan(['-c', config, '--target', 'cards', '--table', 'public.clean']);
  t.equal(clean.code, 0, clean.err);
  const none = await scan(['-c', config, '--target', 'cards', '--table', 'nothing']);
  t.match(none, { code: 64, err: /no table matches/ });
  const explained = await scan(['-c', config, '--target', 'cards', '--table', 'odd*', '--explain']);
  t.match(explained.out, /amount +1 +pan +no +not-check-digit +411111\*{6}1112/);
});

test('a reader that goes away is no crash, and the report is whole', async (t) => {
  const folder = temporaryFolder('scan');
  const [log, report] = [join(folder, 'a.log'), join(folder, 'report.json')];
  writeFileSync(log, `card ${PAN}\n`.repeat(5000));
  const command = `${process.execPath} build/cli/main.js scan --json --report ${report} ${log} | head -c 1`;
  const run = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  t.match(run, { stdout: '{', stderr: '' });
  t.match(JSON.parse(readFileSync(report, 'utf8')), { totals: { counts: { pan: 5000 } } });
});

function base(folder: string): object {
  const address = '127.0.0.1:7777';
  return {
    version: 1,
    listeners: [{ name: 'local', protocol: 'postgres', address }],
    users: { file: join(folder, 'users.yaml') },
    record: { directory: folder },
  };
}
