import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { test } from 'tap';
import type { ScramSecret } from '../../base/identity.ts';
import { ScramClient, ScramServer } from '../../protocols/postgres/scram.ts';

function secretOf(password: string): ScramSecret {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const key = (label: string): Buffer => createHmac('sha256', salted).update(label).digest();
  return {
    salt,
    iterations: 4096,
    storedKey: createHash('sha256').update(key('Client Key')).digest(),
    serverKey: key('Server Key'),
  };
}

async function exchange(password: string, secret: ScramSecret): Promise<string | null> {
  const client = new ScramClient(password);
  const server = new ScramServer(secret);
  const final = server.final(await client.final(server.first(client.first())!));
  if (final !== null) client.finish(final);
  return final;
}

test('client and server agree on the right password', async (t) => {
  t.match(await exchange('pencil', secretOf('pencil')), /^v=/);
});

test('a wrong password is refused', async (t) => {
  t.equal(await exchange('pencil', secretOf('pen')), null);
});

test('the verifier is that of RFC 7677’s example', async (t) => {
  const { storedKey, serverKey } = secretOf('pencil');
  t.equal(Buffer.from(storedKey).toString('base64'), 'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=');
  t.equal(Buffer.from(serverKey).toString('base64'), 'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=');
});

test('a server that does not know the password is found out', async (t) => {
  const client = new ScramClient('pencil');
  const server = new ScramServer(secretOf('other'));
  await client.final(server.first(client.first())!);
  t.throws(() => client.finish('v=AAAA'), { code: 'upstream-refused' });
});

test('malformed messages are refused, whichever', async (t) => {
  const server = new ScramServer(secretOf('pencil'));
  for (const text of ['', 'n,,', 'p=tls-unique,,n=,r=abcdefgh', 'n,,n=,r=short', 'y,,n=,r=with,comma'])
    t.equal(server.first(text), null, text);
  for (const text of ['', 'c=biws', 'c=biws,r=x,p=AAAA']) t.equal(server.final(text), null, text);
  const client = new ScramClient('pencil');
  await t.rejects(client.final('r=other,s=AAAA,i=1'), { code: 'upstream-refused' });
});
