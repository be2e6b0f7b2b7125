/** `npm start` as a person would use it, in its form for machines. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Test, test } from 'tap';
import { leaksIn } from './clients/front.ts';
import { flat } from './clients/shape.ts';
import { cacheFolder } from './servers/cache.ts';
import { missingPostgres } from './servers/postgres-binaries.ts';
import { freePort, giveToServer } from './servers/process.ts';
import { temporaryFolder } from './temporary.ts';

const skip = missingPostgres('embedded') && missingPostgres('debian15');
const GONE_MS_MAX = 15_000;

interface Said {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly recordings: string;
  readonly psql: string;
  readonly held: readonly unknown[];
  readonly shown: readonly unknown[];
}

test('npm start shows masked rows, records, and leaves nothing behind', { skip }, async (t) => {
  const port = await freePort();
  const { child, said } = await start(t, ['--port', String(port)], {});
  t.equal(said.port, port);
  t.match(said.psql, `-p ${port} -U demo payments`);
  t.ok(leaksIn(flat(said.held)) > 0, 'the table holds card numbers');
  t.equal(leaksIn(flat(said.shown)), 0, 'the gateway shows none');
  t.equal(leaksIn(flat(await query(said, 'SELECT * FROM cards LIMIT 1000'))), 0);
  const replay = ['build/cli/main.js', 'replay', 'sql', 'last', '--rows', '-d', said.recordings];
  const replayed = spawnSync(process.execPath, replay, { encoding: 'utf8' });
  t.match(replayed.stdout, 'SELECT * FROM cards LIMIT 1000', replayed.stderr);
  t.equal(leaksIn(replayed.stdout), 0);
  child.kill('SIGINT');
  t.equal(await code(child), 0);
  await gone(t, dirname(dirname(said.recordings)));
});

test('npm start that is killed leaves nothing behind', { skip }, async (t) => {
  const { child, said } = await start(t, []);
  child.kill('SIGKILL');
  await code(child);
  await gone(t, dirname(dirname(said.recordings)));
  await t.rejects(query(said, 'SELECT 1'));
});

test('npm start -- --data keeps what was written, and starts again on it', { skip }, async (t) => {
  const folder = temporaryFolder('kept');
  giveToServer(folder);
  const first = await start(t, ['--data', folder]);
  await query(first.said, 'CREATE TABLE kept AS SELECT 1 AS one');
  first.child.kill('SIGTERM');
  t.equal(await code(first.child), 0);
  const second = await start(t, ['--data', folder]);
  t.strictSame(await query(second.said, 'SELECT one FROM kept'), [{ one: 1 }]);
  second.child.kill('SIGINT');
  t.equal(await code(second.child), 0);
  t.ok(existsSync(join(folder, 'gateway', 'recordings')));
});

test('npm start says how it is used when it is not understood', async (t) => {
  for (const words of [
    ['--port', 'none'],
    ['--prot', '1'],
  ]) {
    const asked = spawnSync(process.execPath, ['scripts/start.mjs', ...words], { encoding: 'utf8' });
    t.equal(asked.status, 64);
    t.match(asked.stderr, 'Usage: npm start');
  }
});

/** Resolves with what it said when it is up. It is stopped with the test. */
async function start(
  t: Test,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = { PANGATE_TEST_CACHE: cacheFolder() },
): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--json', ...words], {
    env: { ...process.env, ...environment },
  });
  t.teardown(() => child.kill('SIGTERM'));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    complaints += part;
  });
  let line = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    line += part as string;
    if (line.includes('\n')) return { child, said: JSON.parse(line) as Said };
  }
  throw new Error(`npm start ended: ${complaints}`);
}

function code(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

async function gone(t: Test, folder: string): Promise<void> {
  for (let waited = 0; existsSync(folder) && waited < GONE_MS_MAX; waited += 50) await sleep(50);
  t.notOk(existsSync(folder), `${folder} is gone`);
}

async function query({ host, port, user, password, database }: Said, text: string): Promise<unknown[]> {
  const client = new Client({ host, port, user, password, database });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}
