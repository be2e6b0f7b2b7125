/** OpenSSH's own client through the gateway to OpenSSH's server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen');
const PAN = '4111111111111111';
const MASKED = '411111******1111';

test('a command runs, its output is masked, recorded and can be replayed', { skip }, async (t) => {
  const front = await startFront(t);
  const file = join(front.folder, 'cards.txt');
  writeFileSync(file, `card ${PAN} end\n`.repeat(1000));
  const direct = await front.client('ssh', ['direct', `cat ${file}`]);
  t.match(String(direct.stdout), PAN, 'the server shows card numbers');
  const shown = await front.client('ssh', ['gw', `cat ${file}; echo oops >&2; exit 7`]);
  t.equal(shown.code, 7);
  t.equal(shown.stderr, 'oops\n');
  t.equal(String(shown.stdout), `card ${MASKED} end\n`.repeat(1000));
  const list = await front.replay('ls', '--json');
  t.match(String(list.stdout), /"alice"/);
  const played = await front.replay('export', 'last', '--format', 'text');
  t.match(String(played.stdout), `card ${MASKED} end`);
  t.notMatch(String(played.stdout), PAN);
  const verified = await front.replay('verify', 'last');
  t.equal(verified.code, 0, verified.stderr);
  t.notMatch(readFileSync(file, 'utf8'), MASKED);
});
