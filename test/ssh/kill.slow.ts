import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { surviveKills } from './kill.ts';

test(
  '100 times: kill -9 under load: every line that was shown stands in a recording that verifies',
  {
    skip: missing('ssh', 'sshd', 'ssh-keygen'),
    timeout: 3_000_000,
  },
  (t) => surviveKills(t, 100),
);
