/**
 * Card numbers go through the gateway every way there is, in both directions; afterwards none
 * is in anything that it has written: recordings, journal, log, configuration, temporary files,
 * nor in the core file of its end.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import postgres from 'postgres';
import { type Test, test } from 'tap';
import { type Front, leaksIn, libpqEnvironment, startFront, VERSIONS } from './clients/front.ts';
import { run } from './clients/run.ts';
import { leakScanner } from './leaks/leaks.ts';
import { grouped } from './seed/pan.ts';
import { knownPans } from './seed/payments.ts';
import { path } from './servers/available.ts';

const pans = knownPans().filter((pan) => pan.length === 16);
const FULL = { directory: './recordings', durability: 'process', results: { rowsMax: 'all', bytesMax: 1e9 } };

test('no card number is in anything that the gateway writes', { skip: VERSIONS.length === 0 }, async (t) => {
  const before = new Set(readdirSync(tmpdir()));
  const front = await startFront(t, { version: VERSIONS[0]!, gateway: { config: { record: FULL } } });
  await answers(front);
  await questions(front);
  await logins(front);
  await clients(front);
  const scanner = leakScanner(knownPans());
  await sleep(500);
  t.strictSame(scanner.scanFiles([front.gateway.folder]).leaks, [], 'while it runs');
  t.equal(leaksIn(front.gateway.process.output()), 0, 'the log');
  await front.gateway.process.kill('SIGTERM');
  const report = scanner.scanFiles([front.gateway.folder]);
  t.strictSame(report.leaks, [], 'when it has ended');
  t.ok(report.bytes > 5_000_000, `${report.bytes} bytes in ${report.files} files were searched`);
  temporary(t, before);
});

test('a core file of a gateway that served card data holds none', {
  skip: (VERSIONS.length === 0 && 'no PostgreSQL') || (process.platform !== 'linux' && 'core files of Linux'),
}, async (t) => {
  const front = await startFront(t, { version: VERSIONS[0]!, gateway: { config: { record: FULL } } });
  await answers(front);
  const { pid, kill } = front.gateway.process;
  const sealers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  t.equal(sealers.length, 1, 'the sealer is its only child');
  for (const each of [pid, ...sealers]) {
    const kinds = readFileSync(`/proc/${each}/coredump_filter`, 'utf8');
    t.equal(Number.parseInt(kinds, 16), 0, 'no memory is asked for');
  }
  const folder = readlinkSync(`/proc/${pid}/cwd`);
  t.equal(spawnSync('prlimit', ['--pid', String(pid), '--core=unlimited']).status, 0);
  await kill('SIGABRT');
  const files = ['core', `core.${pid}`].map((name) => join(folder, name)).filter((file) => existsSync(file));
  for (const file of files) t.teardown(() => rmSync(file));
  t.strictSame(leakScanner(knownPans()).scanFiles(files).leaks, [], `${files.length} core files`);
  for (const file of files) t.ok(statSync(file).size < 1_000_000, `${statSync(file).size} bytes`);
});

/** All card data in results, text and binary, by COPY, in errors and notices. */
async function answers(front: Front): Promise<void> {
  await using(front, {}, async (client) => {
    for (const binary of [false, true])
      await client.query({ text: 'SELECT * FROM cards WHERE id <= $1', values: [4000], binary } as never);
    await client.query("SELECT pan AS p, set_config('application_name', pan, false) FROM cards LIMIT 20");
    await client.query("SELECT ('card ' || pan)::int FROM cards LIMIT 1").catch(() => {});
    await client.query(
      "DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards LIMIT 1; RAISE NOTICE '%', p; END $$",
    );
  });
}

/** Card numbers in what a client says: statements, parameters, names, COPY in, comments. */
async function questions(front: Front): Promise<void> {
  await using(front, { application_name: `app ${pans[0]}` }, async (client) => {
    for (const [index, pan] of pans.slice(0, 40).entries()) {
      await client.query(
        `SELECT * FROM cards WHERE pan = '${index % 2 ? pan : grouped(pan, ' ')}' -- card ${pan}`,
      );
      await client.query('SELECT * FROM cards WHERE pan = $1 OR pan_bigint = $2', [pan, pan]);
      await client.query(`SELECT ${pan} AS "card ${pan}", '{"pan": ${pan}}'::jsonb`);
      await client.query(`PREPARE "p ${pan}" AS SELECT 1`).catch(() => {});
      await client.query(`NOTIFY cards, '${pan}'`);
    }
  });
  const { host, port, user, password, database } = front.gateway;
  const sql = postgres({ host, port, user, password, database, max: 1 });
  await sql`CREATE TEMP TABLE told (pan text, number bigint)`;
  const stream = await sql`COPY told FROM STDIN`.writable();
  for (const pan of pans.slice(0, 3000)) stream.write(`${pan}\t${pan}\n`);
  await new Promise((resolve) => stream.end(resolve));
  await sql.end({ timeout: 1 });
}

/** Card numbers where a name or a password should be: refused, and told to nobody. */
async function logins(front: Front): Promise<void> {
  for (const wrong of [{ user: pans[1]! }, { database: pans[2]! }, { password: pans[3]! }])
    await using(front, wrong, async (client) => client.query('SELECT 1')).catch(() => {});
}

async function clients(front: Front): Promise<void> {
  const psql = path('psql');
  if (!psql) return;
  for (const format of ['text', 'csv', 'binary'])
    await run(psql, ['-X', '-q', '-c', `COPY cards TO STDOUT (FORMAT ${format})`], {
      environment: libpqEnvironment(front.gateway),
    });
}

/** Nothing of ours appears beside the folders that we know of. */
function temporary(t: Test, before: ReadonlySet<string>): void {
  const scanner = leakScanner(pans.slice(0, 200));
  const fresh = readdirSync(tmpdir()).filter(
    (name) => !before.has(name) && /^(core|pangate-gateway)/.test(name),
  );
  for (const name of fresh) t.strictSame(scanner.scanFiles([join(tmpdir(), name)]).leaks, [], name);
}

async function using(
  front: Front,
  more: ClientConfig,
  work: (client: Client) => Promise<unknown>,
): Promise<void> {
  const { host, port, user, password, database } = front.gateway;
  const client = new Client({ host, port, user, password, database, ...more });
  client.on('error', () => {});
  client.on('notice', () => {});
  await client.connect();
  await work(client);
  await client.end();
}
