import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PangateError } from '../../base/errors.ts';
import type { SecretSource } from './config.ts';
import { unreadable } from './file.ts';

/**
 * A secret's value, fetched now. A file's last line break is not a part of it. Throws
 * `config-invalid` or `file-unreadable`; `key` is where the configuration names it.
 */
export async function readSecret(source: SecretSource, key: string): Promise<string> {
  return present('env' in source ? process.env[source.env] : await readSecretFile(source.file), source, key);
}

/** As `readSecret`, for what is read once, when a configuration is put in force. */
export function readSecretNow(source: SecretSource, key: string): string {
  return present('env' in source ? process.env[source.env] : readSecretFileNow(source.file), source, key);
}

function present(value: string | undefined, source: SecretSource, key: string): string {
  if (value) return value;
  const where = 'env' in source ? `the environment variable ${source.env}` : source.file;
  throw new PangateError('config-invalid', `${key}: ${where} is empty or not set`, 'Set it.');
}

function readSecretFileNow(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}
