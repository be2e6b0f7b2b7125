import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { parse } from 'yaml';
import { isPinned } from './pins.ts';
import { judge, type Rule } from './policy.ts';
import { targetOptions } from './target-options.ts';

test('the example of docs/protocols/ssh.md is taken as it stands', async (t) => {
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/protocols/ssh.md', 'utf8'))!;
  const { targets } = parse(example!) as { targets: { options: unknown }[] };
  const { rules, tripwires } = targetOptions.parse(targets[0]!.options);
  t.equal(rules.length, 2);
  t.equal(tripwires.length, 1);
});

test('a host key is a fingerprint or a line that holds a key, and nothing else', async (t) => {
  for (const pin of ['SHA256:short', 'ssh-ed25519', 'AAAA', 'host ssh-ed25519 AAAAC3Nz', '@revoked h AAAA'])
    t.notOk(targetOptions.safeParse({ hostKeys: [pin] }).success, pin);
  t.notOk(targetOptions.safeParse({ hostKeys: [] }).success, 'a target without pins is none');
  t.notOk(isPinned([`SHA256:${'A'.repeat(43)}`], Buffer.from('key')));
});

const RULES: readonly Rule[] = [
  { name: 'up', action: 'allow', commands: ['uptime'] },
  { name: 'db', action: 'allow', forwards: ['db.internal:5432', '*:443', '[::1]:*'] },
  { name: 'rest', action: 'deny', kinds: ['exec', 'shell'] },
];

test('the first rule that fits decides', async (t) => {
  const allowed = (kind: Parameters<typeof judge>[1]['kind'], what = ''): boolean =>
    judge(RULES, { kind, what }).isAllowed;
  t.ok(allowed('exec', 'uptime'));
  t.notOk(allowed('exec', 'uptime '), 'to the letter');
  t.notOk(allowed('exec', 'db.internal:5432'), 'a command is no place');
  t.notOk(allowed('shell'));
  t.ok(allowed('direct-tcpip', 'DB.internal:5432'));
  t.ok(allowed('direct-tcpip', 'anywhere:443'));
  t.ok(allowed('direct-tcpip', '::1:1'), 'an address of IPv6 comes without brackets');
  t.notOk(allowed('direct-tcpip', 'db.internal:54321'));
  t.notOk(allowed('direct-tcpip', 'uptime'));
  t.ok(judge([], { kind: 'shell', what: '' }).isAllowed);
  t.notOk(judge([], { kind: 'direct-tcpip', what: 'a:1' }).isAllowed, 'forwarding needs a rule');
});
