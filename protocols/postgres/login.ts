/**
 * The client's login (documentation 54.2.1): encryption requests, direct TLS, cancel, protocol
 * negotiation and SCRAM-SHA-256 against the gateway's own users. One message for every failure.
 */

import { int32At, zeroIn } from '../../base/binary.ts';
import { text, utf8 } from '../../base/bytes.ts';
import { loginFailed, PangateError } from '../../base/errors.ts';
import type { Host } from '../../base/host.ts';
import type { Person } from '../../base/identity.ts';
import type { Wire } from '../../base/wire.ts';
import { authentication, negotiateProtocolVersion } from './encode.ts';
import { Type } from './messages.ts';
import { MECHANISM, ScramServer } from './scram.ts';
import { readStartup, type Startup } from './startup.ts';
import { readMessage } from './upstream.ts';

export type Opening = Extract<Startup, { kind: 'startup' }>;
type Cancel = Extract<Startup, { kind: 'cancel' }>;

/** libpq asks for GSS, then for TLS, then starts: more requests than this is no client. */
const REQUESTS_MAX = 4;

/** Everything up to the StartupMessage or CancelRequest; null if the client left. */
export async function greet(client: Wire, host: Host): Promise<Opening | Cancel | null> {
  await directTls(client, host);
  for (let requests = 0; requests < REQUESTS_MAX; requests++) {
    const startup = await readStartup(client);
    if (startup === null || startup.kind === 'cancel') return startup;
    if (startup.kind === 'startup') return checked(startup, client, host);
    if (startup.kind === 'ssl' && host.tls && client.tls === '') await upgrade(client, host);
    else client.write(utf8('N'));
  }
  throw new PangateError('message-unknown', 'Too many encryption requests.');
}

/** A first byte 0x16 is a TLS ClientHello: PostgreSQL 17's direct TLS, which must name ALPN. */
async function directTls(client: Wire, host: Host): Promise<void> {
  const first = await client.read(1);
  if (!first) return;
  client.unread(first);
  if (first[0] !== 0x16) return;
  if (!host.tls) throw new PangateError('message-refused', 'This listener has no TLS.');
  await client.secure({
    side: 'server',
    identity: host.tls,
    protocols: ['postgresql'],
    alpnRequired: true,
    early: 'feed',
  });
}

async function upgrade(client: Wire, host: Host): Promise<void> {
  client.write(utf8('S'));
  await client.secure({ side: 'server', identity: host.tls!, protocols: ['postgresql'] });
}

function checked(startup: Opening, client: Wire, host: Host): Opening {
  if (host.tlsRequired && client.tls === '') {
    throw new PangateError(
      'message-refused',
      'This gateway takes TLS connections only.',
      'Connect with sslmode=require.',
    );
  }
  const replication = startup.parameters.get('replication') ?? 'false';
  if (!/^(false|off|no|0)$/i.test(replication)) {
    throw new PangateError(
      'message-refused',
      'Replication connections are not served.',
      'Replicate from the server itself.',
    );
  }
  return startup;
}

/** Proves who it is. Throws `login-failed`, the same for every cause. */
export async function prove(client: Wire, host: Host, startup: Opening): Promise<Person> {
  negotiate(client, startup);
  const user = startup.parameters.get('user') ?? '';
  const exchange = new ScramServer(await host.identity.secret(user));
  client.write(authentication(10, utf8(`${MECHANISM}\0\0`)));
  const first = exchange.first(initialResponse((await passwordMessage(client)).body));
  if (first === null) throw loginFailed();
  client.write(authentication(11, utf8(first)));
  const final = exchange.final(text((await passwordMessage(client)).body));
  const person = await host.identity.person(user);
  if (final === null || person === null) throw loginFailed();
  client.write(authentication(12, utf8(final)));
  return person;
}

/** Protocol 3.2 and any `_pq_.` option are answered with what we speak: 3.0 and no options. */
function negotiate(client: Wire, startup: Opening): void {
  const options = [...startup.parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (startup.minor > 0 || options.length > 0) client.write(negotiateProtocolVersion(options));
}

async function passwordMessage(client: Wire): Promise<{ readonly body: Uint8Array }> {
  const message = await readMessage(client);
  if (message.type !== Type.PasswordMessage) throw loginFailed();
  return message;
}

/** mechanism string | length int32 | client-first-message */
function initialResponse(body: Uint8Array): string {
  const to = zeroIn(body, 0, body.length);
  if (to < 0 || body.length < to + 5 || text(body.subarray(0, to)) !== MECHANISM) return '';
  return int32At(body, to + 1) === body.length - to - 5 ? text(body.subarray(to + 5)) : '';
}
