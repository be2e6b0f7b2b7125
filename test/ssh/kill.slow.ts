import { test } from 'tap';
import { leakScanner } from '../leaks/leaks.ts';
import { seededRandom } from '../random.ts';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';
import { killRounds } from './kill.ts';

test('100 times: kill -9 under load, and every line that was shown stands in a recording that verifies', {
  skip: missing('ssh', 'sshd', 'ssh-keygen'),
  timeout: 3_000_000,
}, async (t) => {
  const front = await startFront(t);
  const { shown, faults } = await killRounds(front, 100, seededRandom(5));
  t.strictSame(faults, []);
  t.ok(
    shown.every((lines) => lines > 0),
    `lines before each kill: ${shown}`,
  );
  t.strictSame(leakScanner(['4111111111111111']).scanFiles([front.folder]).leaks, []);
});
