/**
 * The gateway's own host keys: the files `*.key` of a folder, in OpenSSH's form. Of each type the
 * first by name is used; a folder without any gets an Ed25519 and an ECDSA key.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { algorithmsOf, KEY_ALGORITHMS, serverOffer } from './algorithms.ts';
import { makeKeyPair, type ParsedKey, parseKey } from './library.ts';

/** Keys that a listener proves itself with. */
export interface HostKeys {
  /** By algorithm. */
  readonly byAlgorithm: Readonly<Record<string, ParsedKey>>;
  /** All in the folder, those too that wait for their time. */
  readonly all: readonly ParsedKey[];
  readonly offer: object;
  readonly fingerprints: readonly string[];
}

const loaded = new Map<string, HostKeys>();

/** `SHA256:...` of a public key as it goes over the wire, as OpenSSH prints it. */
export function fingerprint(key: Bytes): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** What `loadHostKeys` has read last. */
export function hostKeysOf(folder: string | null): HostKeys {
  return loaded.get(folder ?? '') ?? loadHostKeys(folder);
}

/** Reads the folder, makes keys where there are none. Throws `config-invalid` or `file-unreadable`. */
export function loadHostKeys(folder: string | null): HostKeys {
  if (folder === null)
    throw new PangateError(
      'config-invalid',
      'a listener of SSH needs `hostKeys`',
      'Name a folder; keys are made in it where there are none: `hostKeys: ./host-keys`.',
    );
  const names = keyFiles(folder);
  const keys = names.length > 0 ? names.map((name) => readKey(join(folder, name))) : makeKeys(folder);
  const byAlgorithm: Record<string, ParsedKey> = {};
  for (const key of keys) for (const algorithm of algorithmsOf(key.type)) byAlgorithm[algorithm] ??= key;
  const offered = KEY_ALGORITHMS.filter((algorithm) => byAlgorithm[algorithm] !== undefined);
  const used = [...new Set(offered.map((algorithm) => byAlgorithm[algorithm]!))];
  const hostKeys = {
    byAlgorithm,
    all: keys,
    offer: serverOffer(offered),
    fingerprints: used.map((key) => `${key.type} ${fingerprint(key.getPublicSSH())}`),
  };
  loaded.set(folder, hostKeys);
  return hostKeys;
}

function keyFiles(folder: string): string[] {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder)
      .filter((name) => name.endsWith('.key'))
      .sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function readKey(file: string): ParsedKey {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  const key = parseKey(text);
  const known = key !== null && algorithmsOf(key.type).every((name) => KEY_ALGORITHMS.includes(name));
  if (known && key.getPrivatePEM() !== null) return key;
  throw new PangateError(
    'config-invalid',
    `${file} is no private host key`,
    'Make one with ssh-keygen, Ed25519, ECDSA or RSA, without a passphrase.',
  );
}

function makeKeys(folder: string): ParsedKey[] {
  return (['ed25519', 'ecdsa'] as const).map((type) => {
    const pair = makeKeyPair(type);
    try {
      writeFileSync(join(folder, `${type}.key`), pair.private, { mode: 0o600, flag: 'wx' });
      writeFileSync(join(folder, `${type}.pub`), `${pair.public.trim()}\n`);
    } catch (error) {
      throw unreadable(folder, error);
    }
    return parseKey(pair.private)!;
  });
}

function unreadable(path: string, error: unknown): PangateError {
  const cause = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new PangateError(
    'file-unreadable',
    `cannot use ${path} for host keys (${cause})`,
    'Check its rights.',
  );
}
