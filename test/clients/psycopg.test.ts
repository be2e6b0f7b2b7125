/** psycopg 3 of Debian, on libpq, through the gateway: psycopg_client.py is the client. */
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { bothWays, libpqEnvironment, startFront, VERSIONS } from './front.ts';
import { succeed } from './run.ts';

const PYTHON = '/usr/bin/python3';
const skip = missing(PYTHON, '/usr/lib/python3/dist-packages/psycopg/__init__.py');
const STEPS = 8;

for (const version of VERSIONS)
  test(`psycopg 3 on ${version}`, { skip }, async (t) => {
    const front = await startFront(t, { version, gateway: { tls: true } });
    const { shown } = await bothWays(t, front, async (connection) => {
      const result = await succeed(PYTHON, ['test/clients/psycopg_client.py'], {
        environment: libpqEnvironment(connection),
      });
      t.equal(result.stderr.trim().split('\n').length, STEPS, 'every step is done');
      return result.stdout.toString();
    });
    for (const name of [
      'rows',
      'server cursor',
      'pipeline',
      'copy binary',
      'notice',
      'error',
      'notification',
    ])
      t.match(shown, `["${name}"`);
  });
