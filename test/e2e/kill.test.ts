import { rmSync } from 'node:fs';
import { test } from 'tap';
import { leakScanner } from '../leaks/leaks.ts';
import { seededRandom } from '../random.ts';
import { knownPans } from '../seed/payments.ts';
import { startPostgres } from '../servers/postgres.ts';
import { serverFolder } from '../servers/process.ts';
import { killRound } from './kill.ts';

test('kill -9 of the gateway under load loses no statement that was answered, and leaks nothing', async (t) => {
  const server = await startPostgres({ version: 'embedded', seeded: true });
  t.teardown(server.stop);
  const folder = serverFolder('kill');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const random = seededRandom(4);
  for (let round = 0; round < 3; round++) {
    const { answered, faults } = await killRound(server, folder, round, random);
    t.strictSame(faults, [], `round ${round}: ${answered} answered`);
    t.ok(answered > 0);
  }
  t.strictSame(leakScanner(knownPans()).scanFiles([folder]).leaks, []);
});
