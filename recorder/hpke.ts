/**
 * HPKE (RFC 9180), mode_base, single shot: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256
 * 0x0001, AES-256-GCM 0x0002. One message to one public key; the context's nonce is used once.
 */
import * as crypto from 'node:crypto';
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';

const KEM_ID = Buffer.from([0x00, 0x20]);
const SUITE_IDS = Buffer.from([0x00, 0x20, 0x00, 0x01, 0x00, 0x02]);
const KEM_SUITE: Bytes = Buffer.concat([Buffer.from('KEM'), KEM_ID]);
const HPKE_SUITE: Bytes = Buffer.concat([Buffer.from('HPKE'), SUITE_IDS]);
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** DER around the 32 bytes of a key: RFC 8410. */
const SPKI_HEAD: Bytes = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8_HEAD: Bytes = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** A message for one recipient. */
export interface Sealed {
  /** The sender's ephemeral public key, 32 bytes. */
  readonly enc: Bytes;
  /** Ciphertext with its tag. */
  readonly ciphertext: Bytes;
}

/** A fresh pair of raw 32-byte keys. */
export function newX25519(): { readonly secret: Buffer; readonly public: Buffer } {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('x25519');
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-KEY_BYTES),
    public: publicKey.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES),
  };
}

/** The public key of a secret one. */
export function x25519Public(secret: Bytes): Buffer {
  const key = crypto.createPublicKey(secretKey(secret));
  return key.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES);
}

/** SealBase. `ephemeral`: only for tests; a fresh pair otherwise. */
export function sealBase(
  recipient: Bytes,
  info: Bytes,
  aad: Bytes,
  plaintext: Bytes,
  ephemeral: { readonly secret: Bytes; readonly public: Bytes } = newX25519(),
): Sealed {
  const shared = sharedSecret(ephemeral.secret, recipient, ephemeral.public, recipient);
  const { key, nonce } = schedule(shared, info);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return { enc: ephemeral.public, ciphertext };
}

/** OpenBase; null if the message is not for this key, or was changed. */
export function openBase(secret: Bytes, info: Bytes, aad: Bytes, sealed: Sealed): Buffer | null {
  const { enc, ciphertext } = sealed;
  if (enc.length !== KEY_BYTES || ciphertext.length < TAG_BYTES) return null;
  try {
    const shared = sharedSecret(secret, enc, enc, x25519Public(secret));
    const { key, nonce } = schedule(shared, info);
    const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(ciphertext.subarray(ciphertext.length - TAG_BYTES));
    const body = ciphertext.subarray(0, ciphertext.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}

/** ExtractAndExpand of section 4.1 over the Diffie-Hellman value; all-zero values are refused by OpenSSL. */
function sharedSecret(secret: Bytes, peer: Bytes, enc: Bytes, recipient: Bytes): Buffer {
  const dh = diffieHellman(secret, peer);
  const prk = labeledExtract(KEM_SUITE, Buffer.alloc(0), 'eae_prk', dh);
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', Buffer.concat([enc, recipient]), KEY_BYTES);
}

function diffieHellman(secret: Bytes, peer: Bytes): Buffer {
  try {
    const publicKey = crypto.createPublicKey({
      key: Buffer.concat([SPKI_HEAD, peer]),
      format: 'der',
      type: 'spki',
    });
    return crypto.diffieHellman({ privateKey: secretKey(secret), publicKey });
  } catch {
    throw new PangateError(
      'argument-invalid',
      'a key that is no X25519 key',
      'Make one: pangate keys recipient',
    );
  }
}

/** KeySchedule of section 5.1 with mode 0 and no PSK. */
function schedule(shared: Bytes, info: Bytes): { readonly key: Buffer; readonly nonce: Buffer } {
  const none = Buffer.alloc(0);
  const pskIdHash = labeledExtract(HPKE_SUITE, none, 'psk_id_hash', none);
  const infoHash = labeledExtract(HPKE_SUITE, none, 'info_hash', info);
  const context = Buffer.concat([Buffer.from([0]), pskIdHash, infoHash]);
  const secret = labeledExtract(HPKE_SUITE, shared, 'secret', none);
  return {
    key: labeledExpand(HPKE_SUITE, secret, 'key', context, KEY_BYTES),
    nonce: labeledExpand(HPKE_SUITE, secret, 'base_nonce', context, NONCE_BYTES),
  };
}

function labeledExtract(suite: Bytes, salt: Bytes, label: string, ikm: Bytes): Buffer {
  const labeled = Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm]);
  return crypto.createHmac('sha256', salt).update(labeled).digest();
}

/** HKDF-Expand of at most one block: nothing here is longer than 32 bytes. */
function labeledExpand(suite: Bytes, prk: Bytes, label: string, info: Bytes, length: number): Buffer {
  const head = Buffer.from([length >> 8, length & 255]);
  const labeled = Buffer.concat([head, Buffer.from('HPKE-v1'), suite, Buffer.from(label), info]);
  return crypto
    .createHmac('sha256', prk)
    .update(labeled)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}

function secretKey(secret: Bytes): crypto.KeyObject {
  return crypto.createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, secret]),
    format: 'der',
    type: 'pkcs8',
  });
}
