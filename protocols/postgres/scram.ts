/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), both roles, without channel binding. The client role
 * checks the server's signature; the server role works from a verifier and never sees the
 * password. PostgreSQL ignores the user name inside SCRAM: the startup message has named it.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { PangateError } from '../../base/errors.ts';
import type { ScramSecret } from '../../base/identity.ts';

export const MECHANISM = 'SCRAM-SHA-256';
const derive = promisify(pbkdf2);
/** More rounds than this are an attack on our time. PostgreSQL's default is 4,096. */
const ITERATIONS_MAX = 1_000_000;

/** The client's side of one exchange. */
export class ScramClient {
  readonly #password: string;
  readonly #nonce: string = randomBytes(18).toString('base64');
  #serverSignature: Buffer = Buffer.alloc(0);

  constructor(password: string) {
    this.#password = password;
  }

  /** client-first-message */
  first(): string {
    return `n,,n=,r=${this.#nonce}`;
  }

  /** client-final-message for the server-first-message. Throws `upstream-refused`. */
  async final(serverFirst: string): Promise<string> {
    const { r, s, i } = attributes(serverFirst);
    const iterations = Number(i);
    if (!r?.startsWith(this.#nonce) || r.length === this.#nonce.length || !s)
      throw refused('its first message is malformed');
    if (!(iterations >= 1 && iterations <= ITERATIONS_MAX))
      throw refused('its iteration count is out of bounds');
    const salted = await derive(
      this.#password.normalize('NFKC'),
      Buffer.from(s, 'base64'),
      iterations,
      32,
      'sha256',
    );
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=biws,r=${r}`;
    const authMessage = `n=,r=${this.#nonce},${serverFirst},${withoutProof}`;
    const proof = xor(clientKey, hmac(sha256(clientKey), authMessage));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    salted.fill(0);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Checks the server-final-message: a server that cannot sign does not know the password. */
  finish(serverFinal: string): void {
    const signature = Buffer.from(attributes(serverFinal)['v'] ?? '', 'base64');
    if (signature.length !== 32 || !timingSafeEqual(signature, this.#serverSignature))
      throw refused('its signature is wrong');
  }
}

function refused(why: string): PangateError {
  return new PangateError(
    'upstream-refused',
    `The server’s SCRAM exchange was refused: ${why}.`,
    'Check that the target is the right server.',
  );
}

/** The server's side of one exchange. */
export class ScramServer {
  readonly #secret: ScramSecret;
  #nonce = '';
  #transcript = '';
  #header = '';

  constructor(secret: ScramSecret) {
    this.#secret = secret;
  }

  /** server-first-message for the client-first-message; null if that is malformed. */
  first(clientFirst: string): string | null {
    const match = /^([ny],[^,]*,)(n=[^,]*,r=([!-+\--~]{8,256})(,.*)?)$/.exec(clientFirst);
    if (!match) return null;
    const [, header, bare, nonce] = match;
    this.#header = header!;
    this.#nonce = nonce! + randomBytes(18).toString('base64');
    const { salt, iterations } = this.#secret;
    const first = `r=${this.#nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`;
    this.#transcript = `${bare},${first}`;
    return first;
  }

  /** server-final-message if the client's proof holds, else null. */
  final(clientFinal: string): string | null {
    const match = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/.exec(clientFinal);
    if (!match) return null;
    const [, withoutProof, binding, nonce, proof] = match;
    const bound =
      Buffer.from(binding!, 'base64').toString('latin1') === this.#header && nonce === this.#nonce;
    const authMessage = `${this.#transcript},${withoutProof}`;
    const given = Buffer.from(proof!, 'base64');
    if (!bound || given.length !== 32) return null;
    const clientKey = xor(given, hmac(this.#secret.storedKey, authMessage));
    if (!timingSafeEqual(sha256(clientKey), this.#secret.storedKey)) return null;
    return `v=${hmac(this.#secret.serverKey, authMessage).toString('base64')}`;
  }
}

/** `a=1,b=2` as a record; the value may hold `=`. */
function attributes(message: string): Record<string, string | undefined> {
  const found: Record<string, string | undefined> = {};
  for (const part of message.split(',')) found[part.slice(0, 1)] = part.slice(2);
  return found;
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, i) => byte ^ right[i]!));
}
