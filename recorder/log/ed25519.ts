/** Ed25519 (RFC 8032) with keys as their 32 bytes, as signed notes and C frames hold them. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Bytes } from '../../base/bytes.ts';

/** Length of a public key, and of a seed. */
export const KEY_BYTES = 32;
/** Length of a signature. */
export const SIGNATURE_BYTES = 64;

/** SubjectPublicKeyInfo and PrivateKeyInfo (RFC 8410) up to the key itself. */
const PUBLIC_HEAD: Bytes = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_HEAD: Bytes = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that signs. The secret stays inside OpenSSL, which clears it when the object goes. */
export interface SigningKey {
  readonly secret: KeyObject;
  readonly publicKey: Bytes;
}

/** A fresh pair (about 60 us). */
export function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { secret: privateKey, publicKey: rawOf(publicKey) };
}

/** The key of a 32-byte seed; the caller wipes the seed. */
export function keyOfSeed(seed: Bytes): SigningKey {
  const der = Buffer.concat([PRIVATE_HEAD, seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return { secret, publicKey: rawOf(createPublicKey(secret)) };
}

/** The key of a PKCS#8 PEM file. Throws if it is of another kind. */
export function keyOfPem(pem: string): SigningKey {
  const secret = createPrivateKey(pem);
  if (secret.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  return { secret, publicKey: rawOf(createPublicKey(secret)) };
}

/** PKCS#8 PEM, as `openssl pkey` reads it. */
export function pemOf(key: SigningKey): string {
  return key.secret.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** 64 bytes. */
export function signBytes(key: SigningKey, message: Bytes): Bytes {
  return sign(null, message, key.secret);
}

/** False for keys and signatures that are none, too. */
export function isSignedBy(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const key = { key: Buffer.concat([PUBLIC_HEAD, publicKey]), format: 'der', type: 'spki' } as const;
  try {
    return verify(null, message, createPublicKey(key), signature);
  } catch {
    return false;
  }
}

function rawOf(key: KeyObject): Bytes {
  return Uint8Array.from(key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length));
}
