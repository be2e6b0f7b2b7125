/** The PostgreSQL JDBC driver of Debian through the gateway: JdbcClient.java is the client. */
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import type { Connection } from '../servers/postgres.ts';
import { temporaryFolder } from '../temporary.ts';
import { bothWays, startFront, VERSIONS } from './front.ts';
import { succeed } from './run.ts';

const DRIVER = '/usr/share/java/postgresql.jar';
const skip = missing('javac', DRIVER);
const STEPS = 12;

test('JDBC', { skip }, async (t) => {
  const folder = temporaryFolder('jdbc');
  await succeed('javac', ['-cp', DRIVER, '-d', folder, 'test/clients/JdbcClient.java']);

  for (const version of VERSIONS)
    await t.test(`on ${version}`, async (t) => {
      const front = await startFront(t, { version, gateway: { tls: true } });
      const { shown } = await bothWays(t, front, async (connection) => {
        const result = await succeed('java', [
          '-Xshare:auto',
          '-cp',
          `${folder}:${DRIVER}`,
          'JdbcClient',
          ...reach(connection),
        ]);
        return result.stdout;
      });
      t.equal(shown.toString('latin1').match(/^done /gm)?.length, STEPS, 'every step is done');
      for (const word of ['warning ', 'error 22P02', 'notification '])
        t.match(shown.toString('latin1'), word);
    });
});

function reach({ host, port, user, password, database }: Connection): string[] {
  return [`jdbc:postgresql://${host}:${port}/${database}?sslmode=prefer&connectTimeout=10`, user, password];
}
