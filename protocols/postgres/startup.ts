/** The untyped messages that open a connection (documentation 54.7: StartupMessage and its kin). */

import { int32At, putInt32, uint32At, zeroIn } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Wire } from '../../base/wire.ts';

const CANCEL = 80877102;
const SSL = 80877103;
const GSSENC = 80877104;
/** Protocol versions are major << 16 | minor. */
const VERSION_3_0 = 0x30000;
const PARAMETERS_MAX = 256;

export type Startup =
  | { readonly kind: 'ssl' | 'gssenc' }
  | { readonly kind: 'cancel'; readonly process: number; readonly secret: Bytes }
  | { readonly kind: 'startup'; readonly minor: number; readonly parameters: ReadonlyMap<string, string> };

/** Reads one startup packet; null if the client has left. What follows it is put back. */
export async function readStartup(client: Wire): Promise<Startup | null> {
  const head = await client.read(4);
  if (!head) return null;
  const length = int32At(head, 0);
  if (length < 8 || length > limits.loginMessageBytesMax)
    throw malformed('The startup packet’s length is out of bounds.');
  client.unread(head);
  const bytes = await client.read(length);
  if (!bytes) return null;
  client.unread(bytes.subarray(length));
  return parseStartup(bytes.subarray(0, length));
}

/** length int32 | code int32 | rest by code */
export function parseStartup(packet: Bytes): Startup {
  const code = uint32At(packet, 4);
  if (code === SSL || code === GSSENC) {
    if (packet.length !== 8) throw malformed('An encryption request has a body.');
    return { kind: code === SSL ? 'ssl' : 'gssenc' };
  }
  if (code === CANCEL) return parseCancel(packet);
  if (code >>> 16 !== 3) throw malformed('The protocol version is not 3.');
  return { kind: 'startup', minor: code & 0xffff, parameters: parseParameters(packet) };
}

/** length | code | process int32 | secret: 4 bytes in 3.0, up to 256 in 3.2 */
function parseCancel(packet: Bytes): Startup {
  if (packet.length < 16 || packet.length > 12 + 256)
    throw malformed('A cancel request’s length is out of bounds.');
  return { kind: 'cancel', process: int32At(packet, 8), secret: packet.slice(12) };
}

/** (name string, value string)* | zero byte */
function parseParameters(packet: Bytes): Map<string, string> {
  const found = new Map<string, string>();
  let at = 8;
  while (at < packet.length && packet[at] !== 0) {
    const nameTo = zeroIn(packet, at, packet.length);
    const valueTo = nameTo < 0 ? -1 : zeroIn(packet, nameTo + 1, packet.length);
    if (valueTo < 0 || found.size >= PARAMETERS_MAX) throw malformed('The startup parameters are malformed.');
    found.set(latin(packet, at, nameTo), Buffer.from(packet.subarray(nameTo + 1, valueTo)).toString('utf8'));
    at = valueTo + 1;
  }
  if (at !== packet.length - 1) throw malformed('The startup packet does not end where it says.');
  return found;
}

function latin(bytes: Bytes, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1');
}

function malformed(message: string): PangateError {
  return new PangateError('message-unknown', message);
}

/** StartupMessage for protocol 3.0. */
export function startupMessage(parameters: Iterable<readonly [string, string]>): Bytes {
  let body = '';
  for (const [name, value] of parameters) body += `${name}\0${value}\0`;
  const text = Buffer.from(`${body}\0`, 'utf8');
  const packet = new Uint8Array(8 + text.length);
  putInt32(packet, 0, packet.length);
  putInt32(packet, 4, VERSION_3_0);
  packet.set(text, 8);
  return packet;
}

/** SSLRequest */
export function sslRequest(): Bytes {
  const packet = new Uint8Array(8);
  putInt32(packet, 0, 8);
  putInt32(packet, 4, SSL);
  return packet;
}

/** CancelRequest with the server's own key. */
export function cancelRequest(key: Bytes): Bytes {
  const packet = new Uint8Array(8 + key.length);
  putInt32(packet, 0, packet.length);
  putInt32(packet, 4, CANCEL);
  packet.set(key, 8);
  return packet;
}
