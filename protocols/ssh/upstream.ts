/** The gateway's own login to a target's server: its host key pinned, a private key or a password. */
import { PangateError } from '../../base/errors.ts';
import type { Target } from '../../base/target.ts';
import type { Link } from '../../base/wire.ts';
import { algorithmsOf, clientOffer, KEY_ALGORITHMS } from './algorithms.ts';
import { fingerprint } from './host-keys.ts';
import { type ParsedKey, parseKey } from './library.ts';
import { isPinned, typesOf } from './pins.ts';
import type { TargetOptions } from './target-options.ts';
import { Transport } from './transport.ts';

/** Handshake, check of the host key, login. Throws `upstream-refused` or `upstream-lost`. */
export async function logIn(link: Link, target: Target): Promise<Transport> {
  const key = target.key ? parseKey(await target.key()) : null;
  if (target.key && key?.getPrivatePEM() == null)
    throw refused(`The private key for ${target.name} does not read.`, 'Give one without a passphrase.');
  const password = target.password ? await target.password() : null;
  return new Promise((resolve, reject) =>
    new UpstreamLogin(target, key, password, resolve, reject).begin(link),
  );
}

class UpstreamLogin {
  readonly #target: Target;
  readonly #key: ParsedKey | null;
  readonly #password: string | null;
  readonly #resolve: (transport: Transport) => void;
  readonly #reject: (error: Error) => void;
  #transport!: Transport;
  #refusal: Error | null = null;
  /** What has not been tried. */
  readonly #left: ('publickey' | 'password' | 'keyboard-interactive')[];

  constructor(
    target: Target,
    key: ParsedKey | null,
    password: string | null,
    resolve: (transport: Transport) => void,
    reject: (error: Error) => void,
  ) {
    this.#target = target;
    this.#key = key;
    this.#password = password;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#left = [
      ...(key ? (['publickey'] as const) : []),
      ...(password === null ? [] : (['password', 'keyboard-interactive'] as const)),
    ];
  }

  begin(link: Link): void {
    const { hostKeys } = this.#target.options as TargetOptions;
    this.#transport = new Transport(link, {
      server: false,
      offer: clientOffer(typesOf(hostKeys) ?? KEY_ALGORITHMS),
      hostVerifier: (key) => this.#verify(key),
      handlers: {
        SERVICE_ACCEPT: () => this.#next(['publickey', 'password', 'keyboard-interactive']),
        USERAUTH_SUCCESS: () => this.#succeed(),
        USERAUTH_FAILURE: (_, methods) => this.#next(methods),
        USERAUTH_PASSWD_CHANGEREQ: () => this.#next([]),
        USERAUTH_INFO_REQUEST: (_, _name, _instructions, prompts) =>
          this.#transport.protocol.authInfoRes(prompts.map(({ echo }) => (echo ? '' : this.#password!))),
      },
      ready: () => this.#transport.protocol.service('ssh-userauth'),
      ended: (error) => this.#reject(this.#refusal ?? lost(this.#target, error)),
    });
    this.#transport.start();
  }

  #verify(key: Buffer): boolean {
    const { hostKeys } = this.#target.options as TargetOptions;
    if (isPinned(hostKeys, key)) return true;
    const type = parseKey(key)?.type ?? 'unknown';
    this.#refusal = refused(
      `The host key of ${this.#target.name} is not the one that is pinned: its server shows ${type} ${fingerprint(key)}.`,
      'If the server was given a new key, the operator of the gateway adds it to options.hostKeys of the target; else somebody is in between.',
    );
    return false;
  }

  #succeed(): void {
    this.#transport.authenticated();
    this.#resolve(this.#transport);
  }

  #next(allowed: readonly string[]): void {
    const method = this.#left.shift();
    if (method === undefined) return this.#fail();
    if (!allowed.includes(method)) return this.#next(allowed);
    const { protocol } = this.#transport;
    const { user } = this.#target;
    if (method === 'password') protocol.authPassword(user, this.#password!);
    else if (method === 'keyboard-interactive') protocol.authKeyboard(user);
    else this.#sign();
  }

  #sign(): void {
    const key = this.#key!;
    const algorithm = algorithmsOf(key.type)[0]!;
    const hash = algorithm === 'rsa-sha2-512' ? 'sha512' : undefined;
    this.#transport.protocol.authPK(this.#target.user, key, algorithm, (data, done) => {
      const signature = key.sign(data, hash);
      if (signature instanceof Error) this.#next([]);
      else done(signature);
    });
  }

  #fail(): void {
    this.#refusal = refused(
      `The server of ${this.#target.name} does not take the gateway's login.`,
      "Check `user`, `key` and `password` of the target, and the server's log.",
    );
    this.#transport.destroy();
    this.#reject(this.#refusal);
  }
}

function refused(message: string, remedy: string): PangateError {
  return new PangateError('upstream-refused', message, remedy);
}

function lost(target: Target, error: Error | null): PangateError {
  const why =
    error instanceof PangateError && error.code === 'message-unknown'
      ? ' No common algorithm, or no SSH server.'
      : '';
  return new PangateError(
    'upstream-lost',
    `The server of ${target.name} ended the connection during login.${why}`,
    "See the server's log.",
  );
}
