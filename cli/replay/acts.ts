/** What acts on recordings share: the log that they go into, who acts, and by which rules. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { PangateError } from '../../base/errors.ts';
import type { AuditLog } from '../../base/recording.ts';
import type { Config } from '../../engine/config/config.ts';
import { openAuditLog, parseApprovers } from '../../recorder/index.ts';
import { openConfig } from '../open-config.ts';
import { directoryOf, type PlaceOption } from './place.ts';

/** Who acts: the name of the account. */
export function actor(): string {
  return userInfo().username;
}

/** Does something with the archive's log at hand. Without one, that is said on standard error. */
export async function withLog<T>(
  options: PlaceOption,
  act: (log: AuditLog | null) => Promise<T>,
): Promise<T> {
  const log = await openAuditLog(await directoryOf(options));
  if (log === null) process.stderr.write('pangate: this archive keeps no log: the act is not logged\n');
  try {
    return await act(log);
  } finally {
    await log?.close();
  }
}

/** The configuration, where one is found: rules of retention and approvers stand in it. Null where none is. */
export async function configOf(options: PlaceOption): Promise<Config | null> {
  try {
    return (await openConfig(options)).config;
  } catch (error) {
    if (options.config !== undefined || (error as PangateError).code !== 'file-unreadable') throw error;
    return null;
  }
}

type VerifierKeys = ReturnType<typeof parseApprovers>;

/** Those who may approve: of `--approvers`, else of the configuration. Throws `argument-invalid` if nobody may. */
export async function approversFor(
  options: PlaceOption & { readonly approvers?: string },
): Promise<VerifierKeys> {
  const keys =
    options.approvers === undefined
      ? parseApprovers((await configOf(options))?.record.approvers ?? [])
      : approversIn(options.approvers);
  if (keys.length > 0) return keys;
  throw new PangateError(
    'argument-invalid',
    'nobody is named who may approve',
    'Name them: --approvers FILE.',
  );
}

/** The public keys in a file. Throws `file-unreadable` or `argument-invalid`. */
export function approversIn(file: string): VerifierKeys {
  try {
    return parseApprovers(readFileSync(file, 'utf8').split('\n'));
  } catch (error) {
    if (error instanceof PangateError) throw error;
    throw new PangateError('file-unreadable', `cannot read: ${(error as Error).message}`);
  }
}
