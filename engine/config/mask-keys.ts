/** The keys of masks, read from where the configuration says they are. */
import { PangateError } from '../../base/errors.ts';
import type { MaskKeys } from '../../masking/index.ts';
import type { MaskKeysConfig, SecretSource } from './config.ts';
import { readSecretNow } from './secret.ts';

/** Gives the bytes of a key; `where` is its place in the configuration. */
export type KeyReader = (source: SecretSource, where: string) => Uint8Array;

/** A key out of its environment variable or file, in hexadecimal or Base64. Throws as `readSecretNow`. */
export const readKey: KeyReader = (source, where) => {
  const written = readSecretNow(source, where).trim();
  const isHex = /^(?:[0-9a-fA-F]{2})+$/.test(written);
  if (!isHex && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(written))
    throw invalid(where, 'is neither hexadecimal nor Base64', 'Make one: openssl rand -hex 32');
  return Buffer.from(written, isHex ? 'hex' : 'base64');
};

/** What a configuration can be checked with where its secrets are not at hand: keys of zeros. */
export const noKey: KeyReader = () => new Uint8Array(32);

const TOKEN_KEY_BYTES_MIN = 32;
const AES_KEY_BYTES: readonly number[] = [16, 24, 32];

/** All keys. Throws `config-invalid` for one that is too short, or a current one that is none of them. */
export function maskKeys({ token, fpe }: MaskKeysConfig, keyOf: KeyReader): MaskKeys {
  return {
    ...(token && { token: tokenKeys(token, keyOf) }),
    ...(fpe && { fpe: { ...fpe, key: fpeKey(fpe.key, keyOf), tweak: Buffer.from(fpe.tweak, 'hex') } }),
  };
}

function tokenKeys({ current, keys }: NonNullable<MaskKeysConfig['token']>, keyOf: KeyReader) {
  const where = 'mask.keys.token';
  if (!Object.hasOwn(keys, current))
    throw invalid(`${where}.current`, 'names none of its keys', `Known: ${Object.keys(keys).join(', ')}.`);
  const read = Object.entries(keys).map(([id, source]) => {
    const key = keyOf(source, `${where}.keys.${id}`);
    if (key.length < TOKEN_KEY_BYTES_MIN)
      throw invalid(`${where}.keys.${id}`, `has fewer than ${TOKEN_KEY_BYTES_MIN} bytes`, 'Give it more.');
    return [id, key] as const;
  });
  return { current, keys: new Map(read) };
}

function fpeKey(source: SecretSource, keyOf: KeyReader): Uint8Array {
  const key = keyOf(source, 'mask.keys.fpe.key');
  if (AES_KEY_BYTES.includes(key.length)) return key;
  throw invalid('mask.keys.fpe.key', 'has not 16, 24 or 32 bytes', 'Make one: openssl rand -hex 32');
}

function invalid(where: string, what: string, remedy: string): PangateError {
  return new PangateError('config-invalid', `${where}: the key ${what}`, remedy);
}
