import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { surviveKills } from './kill.ts';

test(
  'kill -9 under load: every line that was shown stands in a recording that verifies',
  {
    skip: missing('ssh', 'sshd', 'ssh-keygen'),
    timeout: 120_000,
  },
  (t) => surviveKills(t, 2),
);
