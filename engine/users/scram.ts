/**
 * SCRAM-SHA-256 verifiers (RFC 5802 section 3, RFC 7677) in PostgreSQL's rolpassword form:
 * `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in base64.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScramSecret } from '../../base/identity.ts';

/** As PostgreSQL does. Tokens hold 256 random bits: more rounds would add nothing but time. */
export const ITERATIONS = 4096;
/** A larger count in a file would let a login burn the processor. */
const ITERATIONS_MAX = 1_000_000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

const derive = promisify(pbkdf2);

/** Null where the text is no verifier. */
export function parseVerifier(text: string): ScramSecret | null {
  const match =
    /^SCRAM-SHA-256\$([0-9]{1,7}):([A-Za-z0-9+/=]{4,128})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/.exec(
      text,
    );
  if (match === null) return null;
  const [iterations, salt] = [Number(match[1]), Buffer.from(match[2]!, 'base64')];
  if (iterations < 1 || iterations > ITERATIONS_MAX || salt.length === 0) return null;
  return {
    salt,
    iterations,
    storedKey: Buffer.from(match[3]!, 'base64'),
    serverKey: Buffer.from(match[4]!, 'base64'),
  };
}

/** A new verifier for a token, under a salt of its own unless one is given. */
export async function createVerifier(token: string, salt: Buffer = randomBytes(SALT_BYTES)): Promise<string> {
  const salted = await derive(prepare(token), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const [stored, server] = [storedKey(salted), hmac(salted, 'Server Key')].map((key) =>
    key.toString('base64'),
  );
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}

/** True if a token that came in clear is the one behind the verifier. */
export async function matches(token: string, secret: ScramSecret): Promise<boolean> {
  const salted = await derive(prepare(token), secret.salt, secret.iterations, KEY_BYTES, 'sha256');
  return timingSafeEqual(storedKey(salted), secret.storedKey);
}

/**
 * What an unknown name gets: always the same for one name and key, never the same as another's,
 * and no token leads to it.
 */
export function decoy(user: string, key: Uint8Array, iterations: number): ScramSecret {
  const part = (label: string) => createHmac('sha256', key).update(`${label}\0${user}`).digest();
  return {
    salt: part('salt').subarray(0, SALT_BYTES),
    iterations,
    storedKey: part('stored'),
    serverKey: part('server'),
  };
}

/** SASLprep (RFC 4013), as far as it matters to verifiers made elsewhere: ASCII stays as it is. */
function prepare(token: string): string {
  return token.normalize('NFKC');
}

function storedKey(salted: Buffer): Buffer {
  return createHash('sha256').update(hmac(salted, 'Client Key')).digest();
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
