/** node-postgres (npm: pg) through the gateway. */
import { Client, type ClientConfig, type Notification, type QueryConfig } from 'pg';
import { type Test, test } from 'tap';
import type { Connection } from '../servers/postgres.ts';
import { bothWays, type Front, leaksIn, startFront, VERSIONS } from './front.ts';
import { difference, flat } from './shape.ts';

async function connect(connection: Connection, more: ClientConfig = {}): Promise<Client> {
  const { host, port, user, password, database } = connection;
  const client = new Client({ host, port, user, password, database, ...more });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function using<Result>(
  connection: Connection,
  work: (client: Client) => Promise<Result>,
  more: ClientConfig = {},
): Promise<Result> {
  const client = await connect(connection, more);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same rows from both: masked here, held there, the same JavaScript types in both. */
async function sameTypes(t: Test, front: Front, ask: (client: Client) => Promise<unknown[]>): Promise<void> {
  const answers: unknown[] = [];
  await bothWays(t, front, async (connection) => {
    const rows = await using(connection, ask);
    answers.push(rows);
    return flat(rows);
  });
  t.equal(difference(answers[1], answers[0]), null, 'the driver makes the same types of both');
}

const ALL = 'SELECT * FROM cards WHERE id <= $1 ORDER BY id';

for (const version of VERSIONS)
  test(`node-postgres on ${version}`, async (t) => {
    const front = await startFront(t, { version, postgres: { tls: true }, gateway: { tls: true } });

    await t.test('text results, simple and extended', async (t) => {
      await sameTypes(t, front, async (client) => (await client.query(ALL.replace('$1', '300'))).rows);
      await sameTypes(t, front, async (client) => (await client.query(ALL, [300])).rows);
    });

    await t.test('binary results', async (t) => {
      const asIs = { getTypeParser: () => (value: unknown) => value };
      const text =
        'SELECT id, pan, pan_varchar, pan_char, cvv, details, raw, note FROM cards WHERE id <= $1 ORDER BY id';
      const query = { text, values: [300], binary: true, types: asIs } as QueryConfig<number[]>;
      await sameTypes(t, front, async (client) => (await client.query(query)).rows);
    });

    await t.test('a named statement is described once and keeps its masks', async (t) => {
      await sameTypes(t, front, async (client) => {
        const rows: unknown[] = [];
        for (const id of [5, 50, 100])
          rows.push((await client.query({ name: 'cards', text: ALL, values: [id], rowMode: 'array' })).rows);
        return rows;
      });
    });

    await t.test('several statements in one query', async (t) => {
      await sameTypes(t, front, async (client) => {
        const results = await client.query(
          'SELECT pan FROM cards WHERE id < 9; SELECT 1 AS one; SELECT note FROM cards LIMIT 9',
        );
        return (results as unknown as { rows: unknown[] }[]).map((result) => result.rows);
      });
    });

    await t.test('TLS with the certificate checked', async (t) => {
      const ssl = { ca: front.gateway.authority!.certificate, servername: 'localhost' };
      const rows = await using(
        front.gateway,
        async (client) => (await client.query('SELECT pan FROM cards LIMIT 10')).rows,
        { ssl },
      );
      t.equal(rows.length, 10);
      t.equal(leaksIn(flat(rows)), 0);
    });

    await conversations(t, front);
    await crowds(t, front);
    await refusals(t, front);
  });

async function conversations(t: Test, front: Front): Promise<void> {
  await t.test('a transaction is taken back after an error', async (t) => {
    await using(front.gateway, async (client) => {
      await client.query('BEGIN');
      await client.query('CREATE TABLE gone (id int)');
      await t.rejects(client.query('SELECT 1/0'), { code: '22012' });
      await t.rejects(client.query('SELECT 1'), { code: '25P02' });
      await client.query('ROLLBACK');
      await t.rejects(client.query('SELECT * FROM gone'), { code: '42P01' });
    });
  });

  await t.test('errors and notices are masked', async (t) => {
    await bothWays(t, front, (connection) =>
      using(connection, async (client) => {
        const heard: unknown[] = [];
        client.on('notice', (notice) => heard.push({ ...notice, message: notice.message }));
        await client.query(`DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards WHERE id = 2;
          RAISE NOTICE 'card %', p USING DETAIL = p, HINT = p; END $$`);
        const failed = await client
          .query('SELECT note::int, pan::int FROM cards WHERE id = $1', [3])
          .catch((error: Error) => error);
        heard.push({ ...failed, message: (failed as Error).message });
        return flat(heard);
      }),
    );
  });

  await t.test('LISTEN hears notifications of another session, masked', async (t) => {
    await bothWays(t, front, async (connection) => {
      const listener = await connect(connection);
      const heard = new Promise<Notification>((resolve) => listener.once('notification', resolve));
      await listener.query('LISTEN cards');
      await using(connection, (client) =>
        client.query("SELECT pg_notify('cards', 'card ' || pan) FROM cards WHERE id = 2"),
      );
      const { payload } = await heard;
      await listener.end();
      return flat(payload);
    });
  });
}

async function crowds(t: Test, front: Front): Promise<void> {
  await t.test('a cancel ends the statement and leaves the session', async (t) => {
    await using(front.gateway, async (client) => {
      const sleeping = client.query('SELECT pg_sleep(30)');
      const rejected = t.rejects(sleeping, { code: '57014' });
      await new Promise((resolve) => setTimeout(resolve, 300));
      cancel(front.gateway, client);
      await rejected;
      t.strictSame((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }]);
    });
  });

  await t.test('forty sessions at once', async (t) => {
    const asks = Array.from({ length: 40 }, (_, index) =>
      using(
        front.gateway,
        async (client) => (await client.query('SELECT pan FROM cards WHERE id % 40 = $1', [index])).rows,
      ),
    );
    const rows = (await Promise.all(asks)).flat();
    t.ok(rows.length > 20_000);
    t.equal(leaksIn(flat(rows)), 0);
  });
}

/** node-postgres asks for a cancel on a connection of its own, with the key that it was given. */
function cancel(connection: Connection, running: Client): void {
  const { host, port, user, password, database } = connection;
  const canceller = new Client({ host, port, user, password, database }) as Client & {
    connection: {
      on(event: 'connect', take: () => void): void;
      connect(port: number, host: string): void;
      cancel(process: number, key: number): void;
    };
  };
  const { processID, secretKey } = running as unknown as { processID: number; secretKey: number };
  canceller.connection.on('connect', () => canceller.connection.cancel(processID, secretKey));
  canceller.connection.connect(port, host);
}

async function refusals(t: Test, front: Front): Promise<void> {
  await t.test('a wrong token and an unknown user get the same answer', async (t) => {
    const wrong = connect({ ...front.gateway, password: 'wrong' });
    const unknown = connect({ ...front.gateway, user: 'mallory' });
    const [first, second] = await Promise.all(
      [wrong, unknown].map((login) => login.catch((error: Error) => error)),
    );
    t.match(first, { code: '28P01' });
    t.equal(String(first).replace('alice', 'mallory'), String(second));
  });

  await t.test("the server's own account cannot come in by the gateway", async (t) => {
    const { user, password } = front.server;
    await t.rejects(connect({ ...front.gateway, user, password }), { code: '28P01' });
  });

  await t.test('replication is refused', async (t) => {
    await t.rejects(connect(front.gateway, { replication: 'database' } as ClientConfig));
  });
}
