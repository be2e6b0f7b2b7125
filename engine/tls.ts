/** TLS on an open socket, either side. Node's own verification; nothing is trusted by default. */
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { assert, PangateError } from '../base/errors.ts';
import type { SecureOptions } from '../base/wire.ts';

/** Does the handshake. Throws `upstream-refused` (client side) or `message-refused`. */
export async function secureSocket(raw: Socket, options: SecureOptions): Promise<tls.TLSSocket> {
  const socket = options.side === 'server' ? serverSocket(raw, options) : clientSocket(raw, options);
  await handshake(socket, options);
  if (!options.alpnRequired || options.protocols?.includes(String(socket.alpnProtocol))) return socket;
  socket.destroy();
  throw new PangateError('message-refused', 'The TLS client did not name the protocol (ALPN).');
}

function serverSocket(raw: Socket, options: SecureOptions): tls.TLSSocket {
  const { identity, protocols } = options;
  assert(identity !== undefined, 'a TLS server has a certificate');
  const secureContext = contextOf(identity.certificate, identity.key);
  return new tls.TLSSocket(raw, {
    isServer: true,
    secureContext,
    ...(protocols ? { ALPNProtocols: [...protocols] } : {}),
  });
}

/** Contexts are costly (parsing takes about 1 ms): the newest few are kept. */
const contexts = new Map<string, tls.SecureContext>();
const CONTEXTS_MAX = 64;

function contextOf(cert: string, key: string): tls.SecureContext {
  const known = contexts.get(cert + key);
  if (known) return known;
  if (contexts.size >= CONTEXTS_MAX) contexts.clear();
  const context = tls.createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  contexts.set(cert + key, context);
  return context;
}

function clientSocket(raw: Socket, options: SecureOptions): tls.TLSSocket {
  const { serverName, authority, identity, protocols } = options;
  return tls.connect({
    socket: raw,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: options.verify ?? true,
    ...(serverName ? { servername: serverName } : { checkServerIdentity: () => undefined }),
    ...(authority ? { ca: authority } : {}),
    ...(identity ? { cert: identity.certificate, key: identity.key } : {}),
    ...(protocols ? { ALPNProtocols: [...protocols] } : {}),
  });
}

/** Waits for the handshake; the login's own deadline bounds the wait by closing the socket. */
function handshake(socket: tls.TLSSocket, options: SecureOptions): Promise<void> {
  const event = options.side === 'server' ? 'secure' : 'secureConnect';
  const code = options.side === 'server' ? 'message-refused' : 'upstream-refused';
  return new Promise((resolve, reject) => {
    const settle = (cause: string | null): void => {
      socket.off('error', failed).off('close', closed).off(event, done);
      if (cause === null) return resolve();
      socket.on('error', () => undefined).destroy();
      reject(
        new PangateError(
          code,
          `The TLS handshake failed (${cause}).`,
          'Check certificates and authorities on both sides.',
        ),
      );
    };
    const failed = (error: NodeJS.ErrnoException): void => settle(error.code ?? 'error');
    const closed = (): void => settle('connection closed');
    const done = (): void => settle(null);
    socket.on('error', failed).on('close', closed).on(event, done);
  });
}
