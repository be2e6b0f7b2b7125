/** `pangate scan` as a process: over tables of a real server, and what it says and never says. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { test } from 'tap';
import { scan, scanConfig, scanTables } from '../test/scan.ts';
import { missing } from '../test/servers/available.ts';
import { type PostgresServer, startPostgres } from '../test/servers/postgres.ts';
import { temporaryFolder } from '../test/temporary.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';

async function run(server: PostgresServer, sql: string): Promise<void> {
  const client = new Client({ ...server });
  await client.connect();
  await client.query(sql);
  await client.end();
}

test('tables: each column with its findings, sampled or whole, and nothing changes', async (t) => {
  const server = await startPostgres({ superuser: true });
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE "odd ""name" (id int, pan text, cvv text, note jsonb, amount numeric);
    INSERT INTO "odd ""name" VALUES (1, '${PAN}', '123', '{"card": "${PAN}"}', 4111111111111112), (2, NULL, NULL, '{}', 1);
    CREATE TABLE many AS SELECT i, CASE WHEN i % 2 = 0 THEN '${PAN}' END AS value FROM generate_series(1, 50000) i;
    ANALYZE many; CREATE TABLE clean (a text);`,
  );
  const config = scanConfig(server, 'postgres');
  const sampled = await scanTables(config, ['--sample', '500']);
  t.equal(sampled.code, 1, sampled.err);
  t.match(sampled.out, `cards:public.odd "name.pan`);
  t.match(sampled.out, MASKED);
  const { columns } = sampled;
  t.match(columns.get('public.odd "name.pan'), { type: 'text', rows: 2, counts: { pan: 1 } });
  t.match(columns.get('public.odd "name.pan')!['findings'], [{ line: 1, example: MASKED }]);
  t.match(columns.get('public.odd "name.cvv'), {
    counts: { cvv: 1 },
    findings: [{ reason: 'column', example: '***' }],
  });
  t.match(columns.get('public.odd "name.note'), { type: 'jsonb', counts: { pan: 1 } });
  t.match(columns.get('public.clean.a'), { state: 'clean', rows: 0 });
  t.match(columns.get('public.many.value'), { rows: 500 });
  for (const text of [sampled.out, sampled.err, JSON.stringify([...columns])]) t.notMatch(text, PAN);

  const named = ['-c', config, '--target', 'cards', '--table'];
  const whole = await scan([...named, 'man?', '--whole', '--json']);
  t.match(JSON.parse(whole.out), { totals: { counts: { pan: 25_000 } } });
  const clean = await scan([...named, 'public.clean']);
  t.equal(clean.code, 0, clean.err);
  t.match(await scan([...named, 'nothing']), { code: 64, err: /no table matches/ });
  const explained = await scan([...named, 'odd*', '--explain']);
  t.match(explained.out, /amount +1 +pan +no +not-check-digit +411111\*{6}1112/);
});

test('every row is counted once, where it lies: partitions, children, foreign tables; no views', async (t) => {
  const server = await startPostgres({ superuser: true });
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE parts (id int, pan text) PARTITION BY RANGE (id);
    CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
    CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
    INSERT INTO parts VALUES (1, '${PAN}'), (11, '${PAN}'), (12, '${PAN}');
    CREATE TABLE parent (pan text); CREATE TABLE child () INHERITS (parent);
    INSERT INTO parent VALUES ('${PAN}'); INSERT INTO child VALUES ('${PAN}'), ('${PAN}');
    CREATE VIEW seen AS SELECT * FROM parts;
    CREATE MATERIALIZED VIEW kept AS SELECT pan FROM parts;
    CREATE MATERIALIZED VIEW empty AS SELECT pan FROM parts WITH NO DATA;
    CREATE EXTENSION postgres_fdw;
    CREATE SERVER itself FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${server.folder}', port '${server.port}', dbname '${server.database}');
    CREATE USER MAPPING FOR CURRENT_USER SERVER itself;
    CREATE FOREIGN TABLE far (pan text) SERVER itself OPTIONS (table_name 'parent');
    CREATE FOREIGN TABLE lost (pan text) SERVER itself OPTIONS (table_name 'nowhere');`,
  );
  for (const how of [['--whole'], ['--sample', '1000']]) {
    const { code, columns, err } = await scanTables(scanConfig(server, 'postgres'), how);
    t.equal(code, 2, 'one foreign table is not there');
    const rows = Object.fromEntries([...columns].map(([path, entry]) => [path, entry['rows']]));
    t.match(rows, {
      'public.part_1.pan': 1,
      'public.part_2.pan': 2,
      'public.parent.pan': 1,
      'public.child.pan': 2,
      'public.kept.pan': 3,
      'public.far.pan': 3,
    });
    t.match(columns.get('public.lost'), { state: 'failed', error: { message: /42P01/ } }, err);
    for (const absent of ['parts.pan', 'seen.pan', 'empty.pan'])
      t.notOk(columns.has(`public.${absent}`), absent);
  }
});

test('tables that the user may not read are failures, rows that a policy hides too; the others are read', async (t) => {
  const server = await startPostgres({ superuser: true });
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE a_secret (pan text); CREATE TABLE b_open (pan text); CREATE TABLE c_rows (pan text); CREATE TABLE d_open (pan text);
    INSERT INTO a_secret VALUES ('${PAN}'); INSERT INTO b_open VALUES ('${PAN}'); INSERT INTO d_open VALUES ('${PAN}');
    CREATE SCHEMA closed; CREATE TABLE closed.room (pan text);
    ALTER TABLE c_rows ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON c_rows USING (false);
    CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON b_open, c_rows, d_open TO reader;`,
  );
  const config = scanConfig({ ...server, user: 'reader', password: 'reader' }, 'postgres');
  const { code, err, columns } = await scanTables(config);
  t.equal(code, 2);
  t.match(err, /cards:public\.a_secret: the server refused to give it: SQLSTATE 42501/);
  for (const table of ['public.a_secret', 'public.c_rows', 'closed.room'])
    t.match(columns.get(table), { state: 'failed', error: { code: 'upstream-refused' } }, table);
  for (const column of ['b_open.pan', 'd_open.pan'])
    t.match(columns.get(`public.${column}`), { counts: { pan: 1 } });
});

test('archives on standard input', { skip: missing('zip', 'tar') }, async (t) => {
  const folder = temporaryFolder('stdin');
  writeFileSync(join(folder, 'a.log'), `card ${PAN}\n`);
  spawnSync('sh', ['-c', 'zip -q a.zip a.log && tar cf b.tar a.zip a.log'], { cwd: folder });
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const inputs = {
    plain: read('a.log'),
    gz: gzipSync(read('a.log')),
    zip: read('a.zip'),
    tar: read('b.tar'),
  };
  const paths = { plain: ['-'], gz: ['-'], zip: ['-!/a.log'], tar: ['-!/a.zip!/a.log', '-!/a.log'] };
  for (const [kind, input] of Object.entries(inputs)) {
    const { code, out } = await scan(['--json'], input);
    t.equal(code, 1, kind);
    const { files } = JSON.parse(out) as { files: { path: string; counts: object }[] };
    t.strictSame(
      files.map(({ path }) => path),
      paths[kind as keyof typeof paths],
    );
    for (const { counts } of files) t.strictSame(counts, { pan: 1 });
  }
  t.match(await scan([], inputs.tar.subarray(0, 700)), { code: 2, err: /damaged archive/ });
});

test('brands without check digits are those of the configuration, for findings and for reasons', async (t) => {
  const config = scanConfig({ host: 'h', port: 1, user: 'u', password: 'p', database: 'd' }, 'postgres');
  const shape = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...shape, mask: { uncheckedBrands: ['visa'] } }));
  const input = 'card_number=4111111111111112\ncard_number=6212345678901236\n';
  const { out } = await scan(['--explain', '-c', config], input);
  t.match(out, /1 +pan +yes +pan-exempt +411111\*{6}1112/);
  t.match(out, /2 +pan +no +not-check-digit +621234\*{6}1236/);
  const byDefault = await scan(['--explain'], input);
  t.match(byDefault.out, /1 +pan +no +not-check-digit/);
  t.match(byDefault.out, /2 +pan +yes +pan-exempt/);
  t.notMatch((await scan(['--explain', '--mask', 'pan=off'], input)).out, /pan/);
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
