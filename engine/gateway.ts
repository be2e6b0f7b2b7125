/**
 * The running gateway: listeners in front, sessions in between, and an orderly end. What a
 * connection may do it gets as a Host (base/host.ts).
 */
import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleaner } from '../base/cleaner.ts';
import type { Clock } from '../base/clock.ts';
import { PangateError } from '../base/errors.ts';
import type { Log } from '../base/host.ts';
import type { Identity } from '../base/identity.ts';
import type { Archive } from '../base/recording.ts';
import type { Target } from '../base/target.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { Admission } from './admission.ts';
import { createCleaner } from './cleaner.ts';
import type { Config } from './config/config.ts';
import { maskRules } from './config/rules.ts';
import { type Listener, resolveListeners, resolveTargets } from './config/targets.ts';
import { serveConnection } from './connection.ts';
import { Denials } from './denials.ts';
import { listen } from './listener.ts';
import { plugins } from './plugins.ts';
import { LiveSessions } from './sessions.ts';

/** What a gateway is made of; who gives the archive closes it after `drain`. */
export interface GatewayParts {
  readonly config: Config;
  readonly protocols: readonly Protocol[];
  readonly identity: Identity;
  readonly archive: Archive;
  readonly log: Log;
  readonly clock: Clock;
}

/** What a configuration comes to; a connection keeps the one it began with. */
export interface Settings {
  readonly config: Config;
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly targets: ReadonlyMap<string, Target>;
  readonly cleaners: ReadonlyMap<string, Cleaner>;
}

/** What connections share. */
export interface Gatehouse extends Omit<GatewayParts, 'config'> {
  /** In force for new connections. */
  settings: Settings;
  readonly admission: Admission;
  readonly sessions: LiveSessions;
  readonly denials: Denials;
  /** Ways to reach a session from another connection, by protocol and key. */
  readonly handlers: Map<string, () => void>;
}

/** A gateway that listens. */
export interface Gateway {
  /** Where each listener listens, as text; a port 0 has become a real one. */
  readonly listening: readonly { readonly name: string; readonly address: string }[];
  /** Sessions that are open now. */
  readonly sessions: number;
  /**
   * Puts another configuration in force for new connections. Throws `config-invalid` or
   * `file-unreadable`, and where listeners come, go or move; the old one then stays.
   */
  reload(config: Config): void;
  /** Takes no more connections, lets sessions come to a rest, and ends what is left at the limit. */
  drain(limitMs: number): Promise<void>;
  /** Ends everything at once. */
  destroy(): void;
}

/** How often a draining gateway looks for sessions at rest. */
const DRAIN_LOOK_MS = 100;

/** Opens every listener or none. Throws `config-invalid` or `file-unreadable`. */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const house = gatehouse(parts);
  const connections = new Set<Socket>();
  const servers: Server[] = [];
  const listening: { name: string; address: string }[] = [];
  try {
    for (const [name, listener] of house.settings.listeners) {
      const { server, address } = await open(house, listener, connections);
      servers.push(server);
      listening.push({ name, address });
      parts.log.info({ listener: name, address }, 'listening');
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  const destroy = (): void => {
    for (const server of servers) server.close();
    for (const socket of connections) socket.destroy();
  };
  return {
    listening,
    get sessions() {
      return house.sessions.size;
    },
    reload: (config) => {
      refuseMoved(house.settings.config, config);
      house.settings = settle(config, parts.protocols);
      parts.log.info({ digest: config.digest }, 'configuration read again');
    },
    drain: (limitMs) => drain(house, servers, limitMs).finally(destroy),
    destroy,
  };
}

function gatehouse(parts: GatewayParts): Gatehouse {
  return {
    ...parts,
    settings: settle(parts.config, parts.protocols),
    admission: new Admission(parts.config.limits),
    sessions: new LiveSessions(),
    denials: new Denials(parts),
    handlers: new Map(),
  };
}

function settle(config: Config, protocols: readonly Protocol[]): Settings {
  const names = config.targets.map((target) => target.name);
  return {
    config,
    listeners: new Map(resolveListeners(config).map((listener) => [listener.config.name, listener])),
    targets: resolveTargets(config, { ...plugins, protocols }),
    cleaners: new Map(names.map((name) => [name, createCleaner(maskRules(config, name))])),
  };
}

/** Sockets, recordings and users stay as they were opened. */
function refuseMoved(before: Config, after: Config): void {
  const places = ({ listeners }: Config): string =>
    JSON.stringify(listeners.map(({ name, protocol, address }) => [name, protocol, address]));
  const changed = [
    places(before) !== places(after) && 'listeners',
    before.users.file !== after.users.file && 'users',
    JSON.stringify({ ...before.record, results: 0 }) !== JSON.stringify({ ...after.record, results: 0 }) &&
      'record',
  ].filter(Boolean);
  if (changed.length === 0) return;
  throw new PangateError(
    'config-invalid',
    `changed in a running gateway: ${changed.join(', ')}`,
    'Restart it for these.',
  );
}

function open(house: Gatehouse, listener: Listener, connections: Set<Socket>) {
  const protocol = house.protocols.find((candidate) => candidate.name === listener.config.protocol)!;
  const { name, hostKeys = null } = listener.config;
  const ready = protocol.prepare?.({ hostKeys });
  if (ready) house.log.info({ listener: name, ...ready }, 'host keys');
  return listen(listener.config, house.log, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serveConnection(house, listener.config.name, protocol, socket);
  });
}

async function drain(house: Gatehouse, servers: readonly Server[], limitMs: number): Promise<void> {
  const untilUs = house.clock.monotonicUs() + limitMs * 1000;
  for (const server of servers) server.close();
  house.sessions.close();
  house.log.info({ sessions: house.sessions.size, limitMs }, 'draining: no new connections');
  const ending = new PangateError('shutting-down', 'The gateway is shutting down.', 'Connect again.');
  while (house.sessions.size > 0 && house.clock.monotonicUs() < untilUs) {
    house.sessions.end(ending, (session) => session.idle);
    await sleep(Math.min(DRAIN_LOOK_MS, limitMs));
  }
  if (house.sessions.size > 0)
    house.log.warn({ sessions: house.sessions.size }, 'drain limit: sessions are ended');
  house.sessions.end(ending, () => true);
  await house.sessions.settled(house.settings.config.limits.closingTimeoutMs);
  house.denials.close();
}
