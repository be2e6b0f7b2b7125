/** psql, PostgreSQL's own client, through the gateway. */
import { type Test, test } from 'tap';
import { missing } from '../servers/available.ts';
import type { Connection } from '../servers/postgres.ts';
import { bothWays, type Front, leaksIn, libpqEnvironment, startFront, VERSIONS } from './front.ts';
import { run, succeed } from './run.ts';

const skip = missing('psql');
const FLAGS = ['-X', '-q', '-v', 'ON_ERROR_STOP=0'];

/** What psql prints, errors and notices included. */
async function psql(connection: Connection, script: string, ...flags: string[]): Promise<string> {
  const result = await run('psql', [...FLAGS, ...flags], {
    environment: libpqEnvironment(connection),
    input: script,
  });
  return result.stdout.toString() + result.stderr;
}

for (const version of VERSIONS)
  test(`psql on ${version}`, { skip }, async (t) => {
    const front = await startFront(t, { version });
    const ways = async (t: Test, script: string, ...flags: string[]): Promise<string> =>
      (await bothWays(t, front, (connection) => psql(connection, script, ...flags))).shown;

    await t.test('shows every column of card data masked', async (t) => {
      const shown = await ways(t, 'SELECT * FROM cards ORDER BY id LIMIT 200;');
      t.match(shown, '(200 rows)');
      t.match(shown, /\d{6}\*{6}\d{4}/);
    });

    await t.test('formats: expanded, unaligned, CSV, JSON', async (t) => {
      for (const flags of [['-x'], ['-A', '-t'], ['--csv']])
        await ways(
          t,
          'SELECT id, pan, pan_char, note, previous, entry FROM cards ORDER BY id LIMIT 100;',
          ...flags,
        );
      await ways(t, 'SELECT jsonb_pretty(details) FROM cards ORDER BY id LIMIT 100;', '-A', '-t');
      await ways(t, 'SELECT row_to_json(c) FROM cards c ORDER BY id LIMIT 100;', '-A', '-t');
      await ways(t, 'SELECT c FROM cards c ORDER BY id LIMIT 100;', '-A', '-t');
    });

    await t.test('prepared statements, cursors and fetches in pieces', async (t) => {
      await ways(t, 'PREPARE one(int) AS SELECT pan, cvv FROM cards WHERE id <= $1; EXECUTE one(50);');
      await ways(
        t,
        'BEGIN; DECLARE c CURSOR FOR SELECT pan, note FROM cards ORDER BY id; FETCH 20 c; FETCH 20 c; COMMIT;',
      );
      t.match(
        await ways(t, 'SELECT id, pan FROM cards ORDER BY id LIMIT 500;', '-v', 'FETCH_COUNT=70', '-A'),
        /\d{6}\*/,
      );
    });

    await t.test('errors and notices are masked in all their fields', async (t) => {
      const shown = await ways(t, ERRORS, '-v', 'VERBOSITY=verbose');
      t.match(shown, /ERROR: +22P02/);
      t.match(shown, 'DETAIL:');
      t.match(shown, 'NOTICE:');
    });

    await t.test('a transaction goes on after a savepoint is taken back', async (t) => {
      const shown = await psql(front.gateway, TRANSACTION, '-A', '-t');
      t.match(shown, /division by zero[\s\S]*|t\n/);
      t.match(shown, 'kept 1');
    });

    await copies(t, front);
    await cancels(t, front);
  });

const ERRORS = `
SELECT ('card ' || pan)::int FROM cards WHERE id = 1;
CREATE TEMP TABLE strict (pan text CHECK (length(pan) < 5), note text);
INSERT INTO strict SELECT pan, note FROM cards WHERE id = 2;
DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards WHERE id = 3;
  RAISE NOTICE 'card %', p USING DETAIL = 'detail ' || p, HINT = 'hint ' || p; END $$;
DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards WHERE id = 4;
  RAISE EXCEPTION 'card %', p USING DETAIL = 'detail ' || p, COLUMN = p, TABLE = p, CONSTRAINT = p; END $$;
`;

const COPIED = [
  '*',
  'c',
  'ARRAY[c]',
  'to_jsonb(c)',
  'ROW(pan_bigint, pan)',
  'pan_numeric',
  'previous_numbers',
];

const TRANSACTION = `
BEGIN; CREATE TEMP TABLE kept (id int); INSERT INTO kept VALUES (1); SAVEPOINT before;
SELECT 1/0; ROLLBACK TO before; SELECT 'kept ' || count(*) FROM kept; COMMIT;
`;

async function copies(t: Test, front: Front): Promise<void> {
  for (const format of ['text', 'csv', 'binary'])
    await t.test(`COPY out in ${format}: tables, columns, rows as values, arrays of them`, async (t) => {
      const limited = COPIED.map((what) => `(SELECT ${what} FROM cards c ORDER BY id LIMIT 500)`);
      for (const source of [...limited, 'cards (pan_bigint, pan, cvv)']) {
        const sql = `COPY ${source} TO STDOUT (FORMAT ${format})`;
        await bothWays(t, front, async (connection) => {
          const options = { environment: libpqEnvironment(connection) };
          return (await succeed('psql', [...FLAGS, '-c', sql], options)).stdout;
        });
      }
    });

  await t.test('COPY in takes what COPY out of the server gave', async (t) => {
    for (const format of ['text', 'csv', 'binary']) {
      const out = `COPY (SELECT id, amount, description FROM payments ORDER BY id LIMIT 2000) TO STDOUT (FORMAT ${format})`;
      const server = { environment: libpqEnvironment(front.server) };
      const gateway = { environment: libpqEnvironment(front.gateway) };
      const { stdout } = await succeed('psql', [...FLAGS, '-c', out], server);
      const table = `copied_${format}`;
      await succeed(
        'psql',
        [...FLAGS, '-c', `CREATE TABLE ${table} (id int, amount numeric, description text)`],
        server,
      );
      await succeed('psql', [...FLAGS, '-c', `COPY ${table} FROM STDIN (FORMAT ${format})`], {
        ...gateway,
        input: stdout,
      });
      const same = `SELECT count(*) FROM ${table} JOIN payments USING (id, amount, description)`;
      t.match((await succeed('psql', [...FLAGS, '-A', '-t', '-c', same], server)).stdout.toString(), '2000');
    }
  });
}

async function cancels(t: Test, front: Front): Promise<void> {
  await t.test('an interrupt cancels the statement', async (t) => {
    const { stderr } = await run('psql', [...FLAGS, '-c', 'SELECT pg_sleep(30)'], {
      environment: libpqEnvironment(front.gateway),
      interruptAfterMs: 1_500,
    });
    t.match(stderr, 'canceling statement due to user request');
  });

  await t.test('LISTEN hears a notification, masked', async (t) => {
    const script = "LISTEN cards; SELECT pg_notify('cards', pan) FROM cards WHERE id = 1; SELECT 1;";
    const { shown } = await bothWays(t, front, (connection) => psql(connection, script, '-A', '-t'));
    t.match(shown, 'Asynchronous notification "cards" with payload');
  });

  await t.test("nothing of the server's account shows", async (t) => {
    const shown = await psql(front.gateway, '\\conninfo\n\\l\n\\dt\n\\d cards');
    t.match(shown, 'as user "alice"');
    t.equal(leaksIn(shown), 0);
    t.notMatch(shown, front.server.password);
  });
}
