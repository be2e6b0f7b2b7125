/**
 * The gateway's own login to the server: TLS by the target's mode, then SCRAM-SHA-256, MD5,
 * password or certificate, with the credential that the client never sees. Documentation
 * 54.2.1 and 54.2.10.
 */
import { createHash } from 'node:crypto';
import { serialize } from 'pg-protocol';
import { int32At } from '../../base/binary.ts';
import { type Bytes, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import { secureTarget } from '../secure-target.ts';
import { sqlState } from './fields.ts';
import { Type } from './messages.ts';
import { MECHANISM, ScramClient } from './scram.ts';
import { sslRequest, startupMessage } from './startup.ts';

/** A server that has said ReadyForQuery. */
export interface Upstream {
  /** BackendKeyData's body: process id and secret, for CancelRequest. */
  readonly key: Bytes;
  readonly parameters: ReadonlyMap<string, string>;
}

/** One whole message. */
export interface Whole {
  readonly type: number;
  readonly body: Bytes;
}

/** Logs in on an open connection. Throws `upstream-refused` or `upstream-lost`. */
export async function logIn(
  server: Wire,
  target: Target,
  parameters: Iterable<readonly [string, string]>,
): Promise<Upstream> {
  await encrypt(server, target);
  server.write(startupMessage(parameters));
  await authenticate(server, target);
  return ready(server);
}

async function encrypt(server: Wire, target: Target): Promise<void> {
  const { mode } = target.tls;
  if (mode === 'disable') return;
  server.write(sslRequest());
  const answer = await server.read(1);
  if (!answer) throw lost();
  if (answer[0] !== 0x53) {
    if (mode !== 'prefer') throw refusedLogin('it offers no TLS, which the target requires');
    return server.unread(answer.subarray(1));
  }
  server.unread(answer.subarray(1));
  await server.secure(secureTarget(target));
}

/** Reads one whole message of a login. Throws `upstream-lost`. */
export async function readMessage(
  wire: Wire,
  bytesMax: number = limits.loginMessageBytesMax,
): Promise<Whole> {
  const head = await wire.read(5);
  if (!head) throw lost();
  const length = int32At(head, 1);
  if (length < 4 || length > bytesMax)
    throw new PangateError('message-unknown', 'A login message’s length is out of bounds.');
  wire.unread(head);
  const bytes = await wire.read(1 + length);
  if (!bytes) throw lost();
  wire.unread(bytes.subarray(1 + length));
  return { type: bytes[0]!, body: bytes.subarray(5, 1 + length) };
}

async function authenticate(server: Wire, target: Target): Promise<void> {
  const first = await authenticationOf(server);
  const code = int32At(first, 0);
  if (code === 0) return;
  if (code === 3) server.write(serialize.password(await passwordOf(target)));
  else if (code === 5)
    server.write(serialize.password(md5(await passwordOf(target), target.user, first.subarray(4, 8))));
  else if (code === 10) await scram(server, target, first);
  else throw refusedLogin('it asks for a method that is not supported');
  if (int32At(await authenticationOf(server), 0) !== 0) throw refusedLogin('its login does not end');
}

/** The body of the next AuthenticationRequest; an ErrorResponse becomes `upstream-refused`. */
async function authenticationOf(server: Wire): Promise<Bytes> {
  const { type, body } = await readMessage(server);
  if (type === Type.ErrorResponse) throw refusedLogin(`SQLSTATE ${sqlState(body)}`);
  if (type !== Type.AuthenticationRequest || body.length < 4) throw refusedLogin('its login is malformed');
  return body;
}

async function scram(server: Wire, target: Target, offer: Bytes): Promise<void> {
  if (!text(offer.subarray(4)).split('\0').includes(MECHANISM))
    throw refusedLogin('it offers no SASL mechanism that is supported');
  const exchange = new ScramClient(await passwordOf(target));
  server.write(serialize.sendSASLInitialResponseMessage(MECHANISM, exchange.first()));
  const next = await authenticationOf(server);
  if (int32At(next, 0) !== 11) throw refusedLogin('its SCRAM exchange is malformed');
  server.write(serialize.sendSCRAMClientFinalMessage(await exchange.final(text(next.subarray(4)))));
  const last = await authenticationOf(server);
  if (int32At(last, 0) !== 12) throw refusedLogin('its SCRAM exchange is malformed');
  exchange.finish(text(last.subarray(4)));
}

/** md5(md5(password || user) || salt), as documentation 54.2.1 has it. */
function md5(password: string, user: string, salt: Bytes): string {
  const inner = createHash('md5')
    .update(password + user)
    .digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}

async function passwordOf(target: Target): Promise<string> {
  if (target.password) return target.password();
  throw new PangateError(
    'upstream-refused',
    'The server asks for a password and the target has none.',
    'Set `password` of the target.',
  );
}

/** Everything up to the first ReadyForQuery. */
async function ready(server: Wire): Promise<Upstream> {
  const parameters = new Map<string, string>();
  let key: Bytes = new Uint8Array(8);
  for (let messages = 0; messages < 1000; messages++) {
    const { type, body } = await readMessage(server, limits.messageControlBytesMax);
    if (type === Type.ReadyForQuery) return { key, parameters };
    if (type === Type.BackendKeyData) key = body.slice();
    else if (type === Type.ParameterStatus) setParameter(parameters, body);
    else if (type === Type.ErrorResponse) throw refusedLogin(`SQLSTATE ${sqlState(body)}`);
    else if (type !== Type.NoticeResponse) throw refusedLogin('its login is malformed');
  }
  throw refusedLogin('its login does not end');
}

/** name string | value string */
function setParameter(parameters: Map<string, string>, body: Bytes): void {
  const [name, value] = text(body).split('\0');
  if (name) parameters.set(name, value ?? '');
}

function refusedLogin(why: string): PangateError {
  return new PangateError(
    'upstream-refused',
    `The server refused the gateway’s login: ${why}.`,
    'Check user, password and tls of the target.',
  );
}

function lost(): PangateError {
  return new PangateError('upstream-lost', 'The server closed the connection during login.');
}
