/** One accepted connection: its deadlines, its Host, and what the log says about it. */
import type { Socket } from 'node:net';
import { loginFailed, PangateError } from '../base/errors.ts';
import type { Host } from '../base/host.ts';
import type { Person } from '../base/identity.ts';
import type { Target } from '../base/target.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Visit } from './admission.ts';
import type { Listener } from './config/targets.ts';
import { type Denial, told } from './denials.ts';
import type { Gatehouse, Settings } from './gateway.ts';
import { runSession } from './run-session.ts';
import { acceptWire, dialWire, type SocketWire } from './wire.ts';

/** Serves a socket to its end. Never throws. */
export function serveConnection(house: Gatehouse, name: string, protocol: Protocol, socket: Socket): void {
  const listener = house.settings.listeners.get(name)!;
  const visit = house.admission.enter(socket.remoteAddress ?? '');
  if (visit === null) {
    house.log.warn({ listener: name, client: socket.remoteAddress }, 'too many logins at once');
    socket.on('error', () => undefined).destroy();
    return;
  }
  const wire = acceptWire(socket);
  wire.closed(() => visit.leave());
  const connection = new Connection(house, listener, protocol, wire, visit);
  void connection.serve();
}

class Connection {
  readonly #house: Gatehouse;
  readonly #settings: Settings;
  readonly #listener: Listener;
  readonly #protocol: Protocol;
  readonly #wire: SocketWire;
  readonly #visit: Visit;
  #deadline: NodeJS.Timeout;
  /** Deadlines of logins to servers: a connection may carry several sessions. */
  readonly #dials = new Set<NodeJS.Timeout>();

  constructor(house: Gatehouse, listener: Listener, protocol: Protocol, wire: SocketWire, visit: Visit) {
    this.#house = house;
    this.#settings = house.settings;
    this.#listener = listener;
    this.#protocol = protocol;
    this.#wire = wire;
    this.#visit = visit;
    this.#deadline = setTimeout(() => this.#late(), house.settings.config.limits.loginTimeoutMs);
  }

  async serve(): Promise<void> {
    try {
      await this.#protocol.serve!(this.#wire, this.#host());
    } catch (error) {
      this.#report(error as Error);
    } finally {
      clearTimeout(this.#deadline);
      this.#clearDials();
      this.#wire.end();
      setTimeout(() => this.#wire.destroy(), this.#settings.config.limits.closingTimeoutMs).unref();
    }
  }

  #late(): void {
    this.#house.log.warn({ ...this.#who(), code: 'login-timeout' }, 'login took too long');
    this.#wire.destroy();
  }

  /** Ours comes with a stack; the peer's is an everyday thing. */
  #report(error: Error): void {
    const { log } = this.#house;
    if (!(error instanceof PangateError) || error.code === 'assertion')
      return log.error({ ...this.#who(), stack: error.stack }, 'a connection failed on a fault of ours');
    log.warn({ ...this.#who(), code: error.code }, error.message);
  }

  #who(): Record<string, unknown> {
    return { listener: this.#listener.config.name, client: this.#wire.address };
  }

  #host(): Host {
    const { identity, clock, log, handlers } = this.#house;
    const { config, cleaners } = this.#settings;
    const scoped = (key: string): string => `${this.#protocol.name}\0${key}`;
    return {
      identity,
      clock,
      log,
      limits: config.limits,
      tls: this.#listener.tls,
      hostKeys: this.#listener.config.hostKeys ?? null,
      targetFixed: this.#listener.config.target !== undefined,
      tlsRequired: this.#listener.config.tls?.required ?? false,
      results: resultPolicy(config.record.results),
      target: (person, name) => this.#target(person, name),
      cleaner: (target) => cleaners.get(target.name)!,
      loggedIn: () => {
        clearTimeout(this.#deadline);
        this.#visit.loggedIn();
      },
      dial: (target) => this.#dial(target),
      run: (session, lane) => {
        this.#clearDials();
        return runSession(this.#house, this.#settings, session, lane);
      },
      denied: (who) => this.#denied({ ...who, user: told(who.user), target: told(who.target) }),
      register: (key, handler) => {
        handlers.set(scoped(key), handler);
        return () => handlers.delete(scoped(key));
      },
      signal: (key) => {
        const handler = handlers.get(scoped(key));
        handler?.();
        return handler !== undefined;
      },
    };
  }

  #denied(who: Pick<Denial, 'user' | 'target' | 'protocol' | 'reason'>): void {
    const { log, denials } = this.#house;
    log.warn({ ...this.#who(), ...who }, 'denied');
    const { address: client, port } = this.#wire;
    const listener = this.#listener.config.name;
    denials.add({ ...who, listener, client, port }, this.#settings.config.digest);
  }

  /** One message for every cause, as with a wrong token: names of targets are not to be probed. */
  #target(person: Person, name: string): Target {
    const { targets } = this.#settings;
    const { sessions, archive } = this.#house;
    if (archive.refusal) throw archive.refusal;
    if (sessions.closed)
      throw new PangateError('shutting-down', 'The gateway is shutting down.', 'Connect again.');
    const target = targets.get(this.#listener.config.target ?? name);
    const isAllowed =
      target !== undefined && target.protocol === this.#protocol.name && mayReach(person, target);
    if (!isAllowed) {
      const why = target === undefined ? 'no such target' : 'not one of this person';
      this.#house.log.warn({ ...this.#who(), user: person.id, why }, 'target refused');
      throw loginFailed();
    }
    if (!this.#visit.takePlace())
      throw new PangateError('limit-exceeded', 'Too many sessions.', 'Try again later.');
    return target;
  }

  /** Login to the server has a deadline of its own, which ends when the session runs or fails. */
  async #dial(target: Target): Promise<SocketWire> {
    const { upstreamTimeoutMs: timeoutMs } = this.#settings.config.limits;
    clearTimeout(this.#deadline);
    const plain = target.tls.mode === 'disable';
    const server = await dialWire({ host: target.host, port: target.port, timeoutMs, plain });
    this.#dials.add(setTimeout(() => server.destroy(), timeoutMs).unref());
    return server;
  }

  #clearDials(): void {
    for (const deadline of this.#dials) clearTimeout(deadline);
    this.#dials.clear();
  }
}

function mayReach(person: Person, target: Target): boolean {
  return person.targets.includes(target.name) || person.targets.includes('*');
}

/** `all` has no cap; with a cap of 0 results are not even hashed. */
function resultPolicy({ rowsMax, bytesMax }: Settings['config']['record']['results']): Host['results'] {
  const number = (cap: number | 'all'): number => (cap === 'all' ? Number.POSITIVE_INFINITY : cap);
  return { rowsMax: number(rowsMax), bytesMax: number(bytesMax), commit: rowsMax !== 0 && bytesMax !== 0 };
}
