/** What both ends offer: modern algorithms only, the quickest first. docs/protocols/ssh.md lists them. */
import { KexInit } from './library.ts';

const KEY_EXCHANGES = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];
/** Without ChaCha20-Poly1305: it is slow in Node.js, and the one that the Terrapin attack needs. */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];

/** Of host keys and of people's keys. */
export const KEY_ALGORITHMS: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Algorithms that a key of this type signs with. */
export function algorithmsOf(keyType: string): readonly string[] {
  return keyType === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [keyType];
}

/** One end's offer; `strict`: the name by which strict key exchange is agreed (OpenSSH's PROTOCOL, 1.10). */
function offer(hostKeys: readonly string[], extensions: readonly string[]): object {
  const direction = { cipher: CIPHERS, mac: MACS, compress: ['none'], lang: [] };
  return new KexInit({
    kex: [...KEY_EXCHANGES, ...extensions],
    serverHostKey: hostKeys,
    cs: direction,
    sc: direction,
  });
}

/** The gateway's offer to clients. */
export function serverOffer(hostKeys: readonly string[]): object {
  return offer(hostKeys, ['kex-strict-s-v00@openssh.com']);
}

/** The gateway's offer to a target's server. */
export function clientOffer(hostKeys: readonly string[]): object {
  return offer(hostKeys, ['ext-info-c', 'kex-strict-c-v00@openssh.com']);
}
