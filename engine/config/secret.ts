import { readFile } from 'node:fs/promises';
import { PangateError } from '../../base/errors.ts';
import type { SecretSource } from './config.ts';
import { unreadable } from './file.ts';

/**
 * A secret's value, fetched now. A file's last line break is not a part of it. Throws
 * `config-invalid` or `file-unreadable`; `key` is where the configuration names it.
 */
export async function readSecret(source: SecretSource, key: string): Promise<string> {
  const value = 'env' in source ? process.env[source.env] : await readSecretFile(source.file);
  if (value) return value;
  const where = 'env' in source ? `the environment variable ${source.env}` : source.file;
  throw new PangateError('config-invalid', `${key}: ${where} is empty or not set`, 'Set it.');
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}
