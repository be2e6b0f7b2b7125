import { rmSync } from 'node:fs';
import { test } from 'tap';
import { leakScanner } from '../leaks/leaks.ts';
import { seededRandom } from '../random.ts';
import { knownPans } from '../seed/payments.ts';
import { startPostgres } from '../servers/postgres.ts';
import { serverFolder } from '../servers/process.ts';
import { killRounds } from './kill.ts';

test('kill -9 of the gateway under load loses no statement that was answered, and leaks nothing', async (t) => {
  const server = await startPostgres({ version: 'embedded', seeded: true });
  t.teardown(server.stop);
  const folder = serverFolder('kill');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { answered, faults } = await killRounds(server, folder, 3, seededRandom(4));
  t.strictSame(faults, []);
  t.ok(
    answered.every((count) => count > 0),
    `answered before each kill: ${answered}`,
  );
  t.strictSame(leakScanner(knownPans()).scanFiles([folder]).leaks, []);
});
