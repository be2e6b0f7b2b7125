import { test } from 'tap';
import { type Address, formatAddress, isLocal, parseAddress } from './address.ts';

test('addresses are taken as people write them and come back the same', async (t) => {
  const written: Record<string, Address> = {
    '127.0.0.1:6432': { host: '127.0.0.1', port: 6432 },
    '[::]:6432': { host: '::', port: 6432 },
    '[fe80::1%eth0]:1': { host: 'fe80::1%eth0', port: 1 },
    'db.example.com': { host: 'db.example.com', port: null },
    '[2001:db8::1]': { host: '2001:db8::1', port: null },
    '/var/run/postgresql': { socket: '/var/run/postgresql' },
  };
  for (const [text, address] of Object.entries(written)) {
    t.same(parseAddress(text), address, text);
    t.equal(formatAddress(address), text);
  }
  t.same(parseAddress(':6432'), { host: '::', port: 6432 });
  t.same(parseAddress('::1'), { host: '::1', port: null });
});

test('what is no address is refused', async (t) => {
  for (const text of ['', 'a b', 'host:70000', 'host:', 'user@host:1', 'pg://host', 'a:b:c', '[::1', './x'])
    t.equal(parseAddress(text), null, text);
});

test('only loopback and Unix sockets are local', async (t) => {
  for (const text of ['127.0.0.1:1', '[::1]:1', 'localhost:1', '/tmp'])
    t.ok(isLocal(parseAddress(text)!), text);
  for (const text of ['10.0.0.1:1', '127.evil.com:1', '[::]:1']) t.notOk(isLocal(parseAddress(text)!), text);
});
