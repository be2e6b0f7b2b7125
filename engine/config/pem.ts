import { createPrivateKey, X509Certificate } from 'node:crypto';
import { PangateError } from '../../base/errors.ts';
import { readText } from './file.ts';

/**
 * Reads a PEM file and makes sure that it holds what it should. `key` is where the
 * configuration names it. Throws `file-unreadable` or `config-invalid`.
 */
export function readPem(file: string, what: 'certificate' | 'key', key: string): string {
  const pem = readText(file);
  try {
    if (what === 'key') createPrivateKey(pem);
    else for (const block of certificates(pem)) new X509Certificate(block);
    return pem;
  } catch {
    throw new PangateError(
      'config-invalid',
      `${key}: ${file} holds no ${what === 'key' ? 'private key without a passphrase' : 'certificate'} in PEM`,
      what === 'key'
        ? 'Give an unencrypted PKCS #8, PKCS #1 or SEC 1 key: `-----BEGIN PRIVATE KEY-----`.'
        : 'Give a PEM file: `-----BEGIN CERTIFICATE-----`.',
    );
  }
}

function certificates(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error('no certificate');
  return blocks;
}

/** Makes sure that a certificate's first block belongs to a private key. Throws `config-invalid`. */
export function checkPair(certificate: string, key: string, where: string): void {
  if (new X509Certificate(certificates(certificate)[0]!).checkPrivateKey(createPrivateKey(key))) return;
  throw new PangateError(
    'config-invalid',
    `${where}: the certificate and the key do not belong together`,
    'Name the key that the first certificate of the file was made for.',
  );
}
