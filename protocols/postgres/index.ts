/** PostgreSQL, protocol 3.0 (3.2 is negotiated down): login on both sides, then the lane. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { uint32At } from '../../base/binary.ts';
import { type Bytes, join } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Host } from '../../base/host.ts';
import type { Person } from '../../base/identity.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import type { Protocol } from '../protocol.ts';
import { catalogOf } from './catalog-source.ts';
import { authentication, fatal, message, parameterStatus } from './encode.ts';
import { inspect } from './inspect.ts';
import { PostgresLane } from './lane.ts';
import { greet, type Opening, prove } from './login.ts';
import { Type } from './messages.ts';
import { cancelRequest } from './startup.ts';
import { logIn, type Upstream } from './upstream.ts';

const targetOptions = z
  .strictObject({
    database: z
      .string()
      .min(1)
      .optional()
      .describe('Database on the server. Without it, the one that the client names.'),
  })
  .describe('Options of a PostgreSQL target.');

export const postgres: Protocol = { name: 'postgres', defaultPort: 5432, targetOptions, serve, inspect };

async function serve(client: Wire, host: Host): Promise<void> {
  let user = '';
  try {
    const opening = await greet(client, host);
    if (opening === null) return client.end();
    if (opening.kind === 'cancel') {
      host.signal(keyName(join([numberBytes(opening.process), opening.secret])));
      return client.end();
    }
    user = opening.parameters.get('user') ?? '';
    const person = await prove(client, host, opening);
    await open(client, host, opening, person);
  } catch (error) {
    const known =
      error instanceof PangateError
        ? error
        : new PangateError('assertion', 'login failed on an error of ours');
    host.denied({ user, target: '', protocol: postgres.name, reason: known.code });
    client.write(fatal(known));
    client.end();
  }
}

/** Opens the server's side and runs the session. */
async function open(client: Wire, host: Host, opening: Opening, person: Person): Promise<void> {
  const wanted = opening.parameters.get('database') || person.id;
  const target = host.target(person, wanted);
  const database = (target.options as { database?: string } | undefined)?.database ?? wanted;
  const catalog = await catalogOf(host, target, database);
  const server = await host.dial(target);
  const upstream = await logInWithin(server, host, target, settings(opening, target, database));
  const key = randomBytes(8);
  const forget = host.register(keyName(key), () => void cancel(host, target, upstream.key));
  host.loggedIn();
  const cleaner = host.cleaner(target);
  const encoding = upstream.parameters.get('client_encoding');
  const lane = new PostgresLane({
    cleaner,
    catalog,
    results: host.results,
    greeting: greeting(upstream, key, (text) => cleaner.clean(text, ANYWHERE)),
    utf8: encoding === 'UTF8',
  });
  try {
    await host.run(
      {
        person,
        method: 'scram-sha-256',
        target,
        client,
        server,
        application: opening.parameters.get('application_name') ?? '',
        database,
        serverVersion: upstream.parameters.get('server_version') ?? '',
      },
      lane,
    );
  } finally {
    forget();
  }
}

async function logInWithin(
  server: Wire,
  host: Host,
  target: Target,
  parameters: (readonly [string, string])[],
): Promise<Upstream> {
  const deadline = setTimeout(() => server.destroy(), host.limits.upstreamTimeoutMs);
  try {
    return await logIn(server, target, parameters);
  } catch (error) {
    server.destroy();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

/** The client's settings with the target's user and database; what only the gateway may say is left out. */
function settings(opening: Opening, target: Target, database: string): (readonly [string, string])[] {
  const own = new Set(['user', 'database', 'replication']);
  const kept = [...opening.parameters].filter(([name]) => !own.has(name) && !name.startsWith('_pq_.'));
  return [['user', target.user], ['database', database], ...kept];
}

/** AuthenticationOk | ParameterStatus* | BackendKeyData with the gateway's own key | ReadyForQuery */
function greeting(upstream: Upstream, key: Bytes, clean: (text: Bytes) => Bytes): Bytes {
  const parts = [authentication(0)];
  for (const [name, value] of upstream.parameters) {
    parts.push(parameterStatus(name, Buffer.from(clean(Buffer.from(value, 'utf8'))).toString('utf8')));
  }
  parts.push(message(Type.BackendKeyData, key), message(Type.ReadyForQuery, Buffer.from('I')));
  return join(parts);
}

/** CancelRequest over a connection of its own, with the key that only the gateway knows. */
async function cancel(host: Host, target: Target, key: Bytes): Promise<void> {
  try {
    const server = await host.dial(target);
    server.write(cancelRequest(key));
    server.end();
  } catch {
    host.log.warn({ target: target.name }, 'A cancel request could not be sent.');
  }
}

function keyName(key: Bytes): string {
  return `postgres:${uint32At(key, 0)}:${Buffer.from(key.subarray(4)).toString('hex')}`;
}

function numberBytes(value: number): Bytes {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
