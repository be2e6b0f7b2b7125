/** pgbench through the gateway: many sessions, all three ways of asking, and its own set-up by COPY. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { libpqEnvironment, startFront, VERSIONS } from './front.ts';
import { succeed } from './run.ts';

for (const version of VERSIONS)
  test(`pgbench on ${version}`, { skip: missing('pgbench') }, async (t) => {
    const { server, gateway } = await startFront(t, { version, postgres: { seeded: false } });
    const environment = libpqEnvironment(gateway);
    const made = await succeed('pgbench', ['-i', '-s', '1', '-q'], { environment });
    t.match(made.stderr, 'done in');

    for (const mode of ['simple', 'extended', 'prepared'])
      for (const kind of ['select-only', 'tpcb-like'])
        await t.test(`${kind}, ${mode}`, async (t) => {
          const options = ['-n', '-b', kind, '-M', mode, '-c', '4', '-j', '2', '-t', '100'];
          const { stdout } = await succeed('pgbench', options, { environment });
          t.match(stdout.toString(), 'number of transactions actually processed: 400/400');
          t.match(stdout.toString(), 'number of failed transactions: 0');
        });

    await t.test('pipelines', async (t) => {
      const script = join(server.folder, 'pipeline.sql');
      const asks = 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n'.repeat(20);
      writeFileSync(script, `\\set aid random(1, 100000)\n\\startpipeline\n${asks}\\endpipeline\n`);
      const options = ['-n', '-f', script, '-M', 'prepared', '-c', '2', '-t', '50'];
      const { stdout } = await succeed('pgbench', options, { environment });
      t.match(stdout.toString(), 'number of transactions actually processed: 100/100');
    });

    await t.test('a new connection for each transaction', async (t) => {
      const { stdout } = await succeed('pgbench', ['-n', '-S', '-C', '-c', '4', '-t', '20'], { environment });
      t.match(stdout.toString(), 'number of transactions actually processed: 80/80');
    });
  });
