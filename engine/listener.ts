/** One address where clients connect. */
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PangateError } from '../base/errors.ts';
import type { Log } from '../base/host.ts';
import { type Address, formatAddress } from './config/address.ts';
import type { ListenerConfig } from './config/config.ts';
import { plugins } from './plugins.ts';

/** Connections that the system keeps for us while we are busy. */
const BACKLOG = 511;

/** Listens; `accept` gets each socket unread. Throws `config-invalid` if the address is not to be had. */
export async function listen(
  config: ListenerConfig,
  log: Log,
  accept: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: true },
    accept,
  );
  const where = endpoint(config);
  await bind(server, where).catch(async (error: NodeJS.ErrnoException) => {
    const isStale = error.code === 'EADDRINUSE' && 'path' in where && (await nobodyAt(where.path));
    if (!isStale) throw unavailable(config, error);
    await rm(where.path, { force: true });
    await bind(server, where).catch((again: NodeJS.ErrnoException) => {
      throw unavailable(config, again);
    });
  });
  server.on('error', (error: NodeJS.ErrnoException) =>
    log.error({ listener: config.name, cause: error.code }, 'a connection could not be accepted'),
  );
  return { server, address: addressOf(server) };
}

type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

function endpoint({ address, protocol }: ListenerConfig): Endpoint {
  if ('socket' in address) return { path: address.socket };
  const usual = plugins.protocols.find((candidate) => candidate.name === protocol)?.defaultPort ?? 0;
  return { host: address.host, port: address.port ?? usual };
}

function bind(server: Server, where: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** True if a Unix socket's file is left from a process that is gone. */
function nobodyAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function unavailable(config: ListenerConfig, error: NodeJS.ErrnoException): PangateError {
  const where = formatAddress(config.address);
  return new PangateError(
    'config-invalid',
    `listener ${config.name}: cannot listen on ${where} (${error.code})`,
    REMEDIES[error.code ?? ''] ?? 'Choose another `address`.',
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another process has this address: stop it, or choose another `address`.',
  EADDRNOTAVAIL: 'This machine has no such address: write one of its own, or [::] for all.',
  EACCES: 'This account may not: choose a port from 1024, or give it CAP_NET_BIND_SERVICE.',
};

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return address ?? '';
  const bound: Address = { host: address.address, port: address.port };
  return formatAddress(bound);
}
