/** The tables of a real MariaDB server, as `pangate scan` shows them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { test } from 'tap';
import { scan, scanConfig, scanTables } from '../../test/scan.ts';
import { missing } from '../../test/servers/available.ts';
import { type MariadbServer, startMariadb } from '../../test/servers/mariadb.ts';
import { temporaryFolder } from '../../test/temporary.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';
const skip = missing('mariadbd');

async function run(server: MariadbServer, sql: string): Promise<void> {
  const { host, port, user, password, database } = server;
  const client = await createConnection({ host, port, user, password, database, multipleStatements: true });
  await client.query(sql);
  await client.end();
}

test('each column with its findings, sampled or whole', { skip }, async (t) => {
  const server = await startMariadb({ settings: ['max-allowed-packet=64M'] });
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE \`odd \`\`'name\\\\\` (id int, pan varchar(40), cvv char(3), note json, amount decimal(20,0), raw blob, wide bigint);
    INSERT INTO \`odd \`\`'name\\\\\` VALUES (1, '${PAN}', '123', '{"card": "${PAN}"}', 4111111111111112, '${PAN}', ${PAN}), (2, NULL, NULL, '{}', 1, '', 0);
    CREATE TABLE many AS SELECT seq AS i, IF(seq % 2 = 0, '${PAN}', NULL) AS value FROM seq_1_to_50000;
    ANALYZE TABLE many; CREATE TABLE clean (a text); INSERT INTO clean VALUES (REPEAT('ü', 20000));
    CREATE TABLE large (pan longtext); INSERT INTO large VALUES (CONCAT(REPEAT('x ', 9000000), '${PAN}'));`.replaceAll(
      '\\\\',
      '\\',
    ),
  );
  const config = scanConfig(server, 'mysql');
  const sampled = await scanTables(config, ['--sample', '500']);
  t.equal(sampled.code, 1, sampled.err);
  const { columns } = sampled;
  const odd = "payments.odd `'name\\";
  t.match(columns.get(`${odd}.pan`), { type: 'varchar(40)', rows: 2, counts: { pan: 1 } });
  t.match(columns.get(`${odd}.pan`)!['findings'], [{ line: 1, example: MASKED }]);
  t.match(columns.get(`${odd}.cvv`), {
    counts: { cvv: 1 },
    findings: [{ reason: 'column', example: '***' }],
  });
  for (const column of ['note', 'raw', 'wide'])
    t.match(columns.get(`${odd}.${column}`), { counts: { pan: 1 } }, column);
  t.match(columns.get('payments.clean.a'), { state: 'clean', rows: 1, bytes: 40_000 });
  t.match(columns.get('payments.many.value'), { rows: 500 });
  t.match(
    columns.get('payments.large.pan'),
    { bytes: 18_000_016, counts: { pan: 1 } },
    'longer than a packet',
  );
  for (const text of [sampled.out, sampled.err, JSON.stringify([...columns])]) t.notMatch(text, PAN);

  const named = ['-c', config, '--target', 'cards', '--table'];
  const whole = await scan([...named, 'payments.man?', '--whole', '--json']);
  t.match(JSON.parse(whole.out), { totals: { counts: { pan: 25_000 } } });
  t.equal((await scan([...named, 'clean'])).code, 0);
  t.match(await scan([...named, 'nothing']), { code: 64, err: /no table matches/ });
});

test('rows are counted once: partitions and history with their table, no views or sequences', {
  skip,
}, async (t) => {
  const server = await startMariadb();
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE parts (id int, pan text) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20));
    INSERT INTO parts VALUES (1, '${PAN}'), (11, '${PAN}'), (12, '${PAN}');
    CREATE TABLE kept (pan text) WITH SYSTEM VERSIONING; INSERT INTO kept VALUES ('${PAN}'); DELETE FROM kept;
    CREATE VIEW seen AS SELECT * FROM parts; CREATE SEQUENCE numbers; CREATE DATABASE other; CREATE TABLE other.one (pan text);
    INSERT INTO other.one VALUES ('${PAN}');`,
  );
  const { columns } = await scanTables(scanConfig(server, 'mysql'), ['--whole']);
  t.strictSame([...columns.keys()], ['payments.kept.pan', 'payments.parts.id', 'payments.parts.pan']);
  t.match(columns.get('payments.parts.pan'), { rows: 3, counts: { pan: 3 } });
  t.match(columns.get('payments.kept.pan'), { rows: 1, counts: { pan: 1 } }, 'a deleted row is still there');
  const all = await scanTables(scanConfig(server, 'mysql', { options: {} }), ['--sample', '10']);
  t.match(all.columns.get('other.one.pan'), { counts: { pan: 1 } }, 'without a database, all of them');
});

test('tables that the user may not read are failures, and the others are read', { skip }, async (t) => {
  const server = await startMariadb();
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE a_secret (pan text); CREATE TABLE b_open (pan text); INSERT INTO b_open VALUES ('${PAN}');
    CREATE USER reader IDENTIFIED BY 'reader'; GRANT SELECT ON b_open TO reader; GRANT INSERT ON a_secret TO reader;
    SET GLOBAL sql_select_limit = 0;`,
  );
  const config = scanConfig({ ...server, user: 'reader', password: 'reader' }, 'mysql');
  const { code, err, columns } = await scanTables(config);
  t.equal(code, 2);
  t.match(err, /cards:payments\.a_secret: the server refused to give it: SQLSTATE 42000, error 1142/);
  t.match(columns.get('payments.b_open.pan'), { counts: { pan: 1 } });
});

test('logins: a wrong password, TLS with and without a known authority', { skip }, async (t) => {
  const server = await startMariadb({ tls: true });
  t.teardown(() => server.stop());
  await run(
    server,
    `CREATE TABLE cards (pan text); CREATE USER safe IDENTIFIED BY 'safe' REQUIRE SSL; GRANT ALL ON *.* TO safe`,
  );
  const safe = { ...server, user: 'safe', password: 'safe' };
  const code = async (mode: string, more: object = {}, of: object = {}): Promise<number> =>
    (
      await scan([
        '-c',
        scanConfig({ ...safe, ...of }, 'mysql', { tls: { mode, ...more } }),
        '--target',
        'cards',
      ])
    ).code;
  t.equal(await code('require'), 0);
  t.equal(await code('prefer'), 0);
  t.equal(await code('verify-full'), 2, 'an authority that nobody knows');
  const authority = { authority: file(server.authority!.certificate) };
  t.equal(await code('verify-full', authority), 0);
  t.equal(await code('verify-full', authority, { host: 'localhost' }), 0);
  t.equal(await code('disable'), 2, 'the server demands it');
  t.equal(await code('prefer', {}, { password: 'wrong' }), 2);
});

function file(content: string): string {
  const path = join(temporaryFolder('authority'), 'authority.crt');
  writeFileSync(path, content);
  return path;
}
