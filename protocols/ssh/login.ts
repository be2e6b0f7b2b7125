/**
 * The client's authentication (RFC 4252): public key, password and keyboard-interactive (RFC 4256),
 * the last two for a token. One message for every failure.
 */
import { loginFailed, PangateError } from '../../base/errors.ts';
import type { Host } from '../../base/host.ts';
import type { Person } from '../../base/identity.ts';
import type { Link } from '../../base/wire.ts';
import { KEY_ALGORITHMS } from './algorithms.ts';
import { type HostKeys, hostKeysOf } from './host-keys.ts';
import { type KeyProof, parseKey } from './library.ts';
import { Disconnect } from './message.ts';
import { Transport } from './transport.ts';

/** Who came, by what, and where to. */
export interface Arrival {
  readonly transport: Transport;
  readonly person: Person;
  readonly method: string;
  /** The name behind `#` or `%`; empty where there is none. */
  readonly target: string;
}

/** What a failed login has said of itself, for the audit trail. */
export interface Attempted {
  user: string;
  target: string;
}

const METHODS = ['publickey', 'password', 'keyboard-interactive'];
/** As sshd's MaxAuthTries. */
const FAILURES_MAX = 6;
/** Keys that a client may ask about. */
const QUESTIONS_MAX = 32;

/** `alice#host` and `alice%host`; with a fixed target all of it is the person's name. */
export function partsOf(
  name: string,
  targetFixed: boolean,
): { readonly user: string; readonly target: string } {
  const hash = name.lastIndexOf('#');
  const at = hash >= 0 ? hash : name.lastIndexOf('%');
  if (targetFixed || at < 0) return { user: name, target: '' };
  return { user: name.slice(0, at), target: name.slice(at + 1) };
}

/**
 * Handshake and authentication; `trusted`: who has proved it already, on the connection around this
 * one. Throws `login-failed`, or what ended the connection. */
export function receive(
  link: Link,
  host: Host,
  attempted: Attempted,
  trusted: Person | null,
): Promise<Arrival> {
  const keys = hostKeysOf(host.hostKeys);
  return new Promise((resolve, reject) =>
    new Login(host, attempted, trusted, resolve, reject).begin(link, keys),
  );
}

type Request = () => Promise<void>;

class Login {
  readonly #host: Host;
  readonly #attempted: Attempted;
  readonly #trusted: Person | null;
  readonly #resolve: (arrival: Arrival) => void;
  readonly #reject: (error: Error) => void;
  #transport!: Transport;
  /** Requests are decided one after the other, as they came. */
  #queue: Promise<void> = Promise.resolve();
  #failures = 0;
  #questions = 0;
  #isDone = false;
  /** Takes the answer to keyboard-interactive's question. */
  #answered: ((token: string) => void) | null = null;

  constructor(
    host: Host,
    attempted: Attempted,
    trusted: Person | null,
    resolve: (arrival: Arrival) => void,
    reject: (error: Error) => void,
  ) {
    this.#host = host;
    this.#attempted = attempted;
    this.#trusted = trusted;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(link: Link, keys: HostKeys): void {
    this.#transport = new Transport(link, {
      server: true,
      offer: keys.offer,
      hostKeys: keys.byAlgorithm,
      handlers: {
        SERVICE_REQUEST: (_, name) => this.#service(name),
        USERAUTH_REQUEST: (_, user, service, method, data) =>
          this.#enqueue(() => this.#request(user, service, method, data)),
        USERAUTH_INFO_RESPONSE: (_, responses) => {
          const answered = this.#answered;
          this.#answered = null;
          answered?.(responses.length === 1 ? responses[0]! : '');
        },
      },
      ended: (error) => this.#end(error),
    });
    this.#transport.start();
  }

  #end(error: Error | null): void {
    this.#isDone = true;
    this.#answered?.('');
    this.#reject(
      this.#failures > 0
        ? loginFailed()
        : (error ?? new PangateError('upstream-lost', 'The client has left.')),
    );
  }

  #service(name: string): void {
    if (name === 'ssh-userauth') this.#transport.protocol.serviceAccept(name);
    else this.#transport.farewell(Disconnect.protocolError, 'No such service.');
  }

  #enqueue(request: Request): void {
    this.#queue = this.#queue
      .then(() => (this.#isDone ? undefined : request()))
      .catch((error: Error) => this.#end(error));
  }

  async #request(name: string, service: string, method: string, data: unknown): Promise<void> {
    if (this.#trusted !== null) return this.#enter(this.#trusted, 'jump', '');
    const { user, target } = partsOf(name, this.#host.targetFixed);
    Object.assign(this.#attempted, { user, target });
    if (service !== 'ssh-connection') return this.#fail();
    if (method === 'publickey') return this.#key(user, target, data as KeyProof);
    if (method === 'password' && typeof data === 'string')
      return this.#decide(user, target, method, await this.#host.identity.token(user, data));
    if (method === 'keyboard-interactive') {
      const token = await this.#ask();
      return this.#decide(user, target, method, await this.#host.identity.token(user, token));
    }
    if (method !== 'none') this.#failures++;
    this.#fail();
  }

  async #key(user: string, target: string, proof: KeyProof): Promise<void> {
    const isKnown = await this.#host.identity.key(user, proof.key);
    if (proof.signature !== undefined)
      return this.#decide(user, target, 'publickey', isKnown && isProven(proof));
    if (!isKnown || ++this.#questions > QUESTIONS_MAX) return this.#refuse();
    this.#transport.protocol.authPKOK(wireName(proof), proof.key);
  }

  #ask(): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#transport.protocol.authInfoReq('', '', [{ prompt: 'Token: ', echo: false }]);
    });
  }

  async #decide(user: string, target: string, method: string, isRight: boolean): Promise<void> {
    const person = isRight ? await this.#host.identity.person(user) : null;
    if (person === null) return this.#refuse();
    this.#enter(person, method, target);
  }

  #enter(person: Person, method: string, target: string): void {
    this.#isDone = true;
    this.#resolve({ transport: this.#transport, person, method, target });
  }

  #refuse(): void {
    this.#failures++;
    this.#fail();
  }

  #fail(): void {
    if (this.#failures < FAILURES_MAX) return this.#transport.protocol.authFailure(METHODS);
    this.#transport.farewell(Disconnect.noMoreMethods, 'Too many failed logins.');
    this.#end(null);
  }
}

/** The signature is of this key over this connection's exchange. */
function isProven({ key, signature, blob, hashAlgo }: KeyProof): boolean {
  const parsed = parseKey(key);
  if (parsed === null || !isModern(parsed.type, hashAlgo)) return false;
  return parsed.verify(blob!, signature!, hashAlgo) === true;
}

/** RSA with SHA-1 is refused. */
function isModern(type: string, hash: string | undefined): boolean {
  return type === 'ssh-rsa' ? hash !== undefined : KEY_ALGORITHMS.includes(type);
}

function wireName({ keyAlgo, hashAlgo }: KeyProof): string {
  if (hashAlgo === undefined) return keyAlgo;
  return hashAlgo === 'sha256' ? 'rsa-sha2-256' : 'rsa-sha2-512';
}
