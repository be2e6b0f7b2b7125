/** postgres.js (npm: postgres) through the gateway. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type Test, test } from 'tap';
import type { Connection } from '../servers/postgres.ts';
import { bothWays, type Front, startFront, VERSIONS } from './front.ts';
import { difference, flat } from './shape.ts';

type Sql = ReturnType<typeof postgres>;

async function using<Result>(
  connection: Connection,
  work: (sql: Sql) => Promise<Result>,
  more: postgres.Options<Record<string, never>> = {},
): Promise<Result> {
  const { host, port, user, password, database } = connection;
  const sql = postgres({ host, port, user, password, database, max: 4, onnotice: () => {}, ...more });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The same rows from both: masked here, held there, the same JavaScript types in both. */
async function sameTypes(t: Test, front: Front, ask: (sql: Sql) => Promise<unknown>): Promise<void> {
  const answers: unknown[] = [];
  await bothWays(t, front, async (connection) => {
    const rows = await using(connection, ask);
    answers.push(rows);
    return flat(rows);
  });
  t.equal(difference(answers[1], answers[0]), null, 'the driver makes the same types of both');
}

for (const version of VERSIONS)
  test(`postgres.js on ${version}`, async (t) => {
    const front = await startFront(t, { version });

    await t.test('prepared, unprepared and simple queries', async (t) => {
      await sameTypes(t, front, async (sql) => [
        ...(await sql`SELECT * FROM cards WHERE id <= ${200} ORDER BY id`),
      ]);
      await sameTypes(t, front, async (sql) => [
        ...(await sql.unsafe('SELECT * FROM cards WHERE id <= $1 ORDER BY id', [200])),
      ]);
      await sameTypes(t, front, async (sql) => [
        ...(await sql`SELECT * FROM cards WHERE id <= 200 ORDER BY id`.simple()),
      ]);
    });

    await t.test('a query that is described first and run many times', async (t) => {
      await sameTypes(t, front, async (sql) => {
        const { columns } = await sql`SELECT pan, pan_bigint FROM cards WHERE id = ${1}`.describe();
        const rows = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            sql`SELECT pan, pan_bigint FROM cards WHERE id = ${index + 1}`.values(),
          ),
        );
        return { names: columns.map((column) => column.name), rows: rows.map((each) => [...each]) };
      });
    });

    await t.test('raw values, cursors and rows one by one', async (t) => {
      await sameTypes(t, front, async (sql) => [
        ...(await sql`SELECT * FROM cards WHERE id <= ${50} ORDER BY id`.raw()),
      ]);
      await sameTypes(t, front, async (sql) => {
        const rows: unknown[] = [];
        await sql`SELECT pan, note, previous FROM cards WHERE id <= ${200} ORDER BY id`.cursor(33, (part) => {
          rows.push(...part);
        });
        await sql`SELECT pan FROM cards WHERE id <= ${20} ORDER BY id`.forEach((row) => {
          rows.push(row);
        });
        return rows;
      });
    });

    await streams(t, front);
    await conversations(t, front);
  });

async function streams(t: Test, front: Front): Promise<void> {
  await t.test('COPY out as a stream', async (t) => {
    await bothWays(t, front, (connection) =>
      using(connection, async (sql) => {
        const parts: Buffer[] = [];
        const stream = await sql`COPY (SELECT * FROM cards ORDER BY id LIMIT 5000) TO STDOUT`.readable();
        // Read as it flows: the driver's own pausing can miss the end when that comes by itself.
        stream.on('data', (part: Buffer) => parts.push(part));
        await once(stream, 'end');
        return Buffer.concat(parts);
      }),
    );
  });

  await t.test('COPY in as a stream', async (t) => {
    const count = await using(
      front.gateway,
      async (sql) => {
        await sql`CREATE TEMP TABLE streamed (id int, word text)`;
        const lines = Array.from({ length: 5000 }, (_, index) => `${index}\tword ${index}\n`);
        await pipeline(Readable.from(lines), await sql`COPY streamed FROM STDIN`.writable());
        return (await sql`SELECT count(*)::int AS count FROM streamed`)[0]?.['count'];
      },
      { max: 1 },
    );
    t.equal(count, 5000);
  });
}

async function conversations(t: Test, front: Front): Promise<void> {
  await t.test('a transaction with a savepoint that is taken back', async (t) => {
    const count = await using(front.gateway, (sql) =>
      sql.begin(async (transaction) => {
        await transaction`CREATE TEMP TABLE kept (id int)`;
        await transaction`INSERT INTO kept VALUES (1)`;
        await transaction.savepoint((inner) => inner`SELECT 1/0`).catch(() => {});
        return (await transaction`SELECT count(*)::int AS count FROM kept`)[0]?.['count'];
      }),
    );
    t.equal(count, 1);
  });

  await t.test('notifications are heard, masked', async (t) => {
    await bothWays(t, front, (connection) =>
      using(connection, async (sql) => {
        const heard = new Promise<string>((resolve) => {
          sql.listen('cards', resolve);
        });
        for (let spoken = 0; spoken < 50; spoken++) {
          await sql`SELECT pg_notify('cards', 'card ' || pan) FROM cards WHERE id = 2`;
          if (await Promise.race([heard, sleep(100)])) break;
        }
        return flat(await heard);
      }),
    );
  });

  await t.test('a cancel ends the query and leaves the connection', async (t) => {
    await using(
      front.gateway,
      async (sql) => {
        const sleeping = sql`SELECT pg_sleep(30)`;
        setTimeout(() => sleeping.cancel(), 500);
        await t.rejects(sleeping, { code: '57014' });
        t.equal((await sql`SELECT 1 AS one`)[0]?.['one'], 1);
      },
      { max: 1 },
    );
  });

  await t.test('an error in a pipeline leaves the queries around it alone', async (t) => {
    await using(
      front.gateway,
      async (sql) => {
        const asks = [sql`SELECT 1 AS n`, sql`SELECT 1/0 AS n`, sql`SELECT 3 AS n`];
        const settled = await Promise.allSettled(asks);
        t.strictSame(
          settled.map((each) => each.status),
          ['fulfilled', 'rejected', 'fulfilled'],
        );
      },
      { max: 1 },
    );
  });
}
