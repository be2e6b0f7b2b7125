/** Who looks at recordings stands in the log over all sessions (PCI DSS 10.2.1.3), before it is shown. */
import { userInfo } from 'node:os';
import { basename, dirname } from 'node:path';
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { openAuditLog } from '../../recorder/index.ts';
import { deliverLate, keepLate } from './late.ts';
import { safeText } from './safe-text.ts';

const REASON_MAX = 500;

/** What is done with a recording. */
export interface Access {
  readonly type: 'view' | 'export';
  /** `play`, `sql`, `grep`, ... */
  readonly verb: string;
  /** Empty where it is about many. */
  readonly sid: string;
  readonly status?: string;
  /** More of it: the format of an export, the condition of a list. */
  readonly what?: string;
}

/** What `--break-glass` gives. */
export interface EmergencyOption {
  readonly breakGlass?: string;
}

/** `--break-glass` of every verb that shows something. */
export const EMERGENCY_OPTION: readonly [string, string] = [
  '--break-glass <reason>',
  'an emergency: go on where the log cannot take the entry of who looks; it waits beside the log',
];

/**
 * Adds an entry to the log of the archive in a directory; resolves when it is on the medium.
 * An archive without a log has none to write to. Throws `record-failed`: then nothing is shown,
 * unless it is an emergency: then the entry waits beside the log.
 */
export async function audit(
  directory: string,
  access: Access,
  { breakGlass }: EmergencyOption = {},
): Promise<void> {
  if (breakGlass === undefined) {
    await append(directory, { ...access });
    return;
  }
  const entry = { ...access, break_glass: reasonOf(breakGlass) };
  try {
    await append(directory, entry);
  } catch (error) {
    keepLate(directory, { ...entry, who: whoAmI() });
    const why = safeText((error as Error).message);
    process.stderr.write(`${pc.yellow('looked at without the log')}: ${why}\n  The entry waits beside it.\n`);
  }
}

/** One line, which goes into the log. Throws `argument-invalid`. */
function reasonOf(text: string): string {
  if (text.trim() !== '' && text.length <= REASON_MAX && !text.includes('\n')) return text;
  throw new PangateError('argument-invalid', 'a reason is one line of 1 to 500 characters', 'Say why.');
}

/** Adds an entry about a run of the verifier. Throws as `audit` does. */
export async function auditRun(
  directory: string,
  run: { readonly depth: string; readonly all: boolean; readonly statuses: Readonly<Record<string, number>> },
): Promise<void> {
  await append(directory, { type: 'verify', ...run });
}

/** Adds entries. False if the archive keeps no log. Throws as `audit` does. */
export async function append(directory: string, ...entries: readonly AuditEntry[]): Promise<boolean> {
  const log = await openAuditLog(directory);
  if (log === null) return false;
  try {
    await deliverLate(directory, log);
    for (const entry of entries) await log.append({ ...entry, who: whoAmI() });
    return true;
  } finally {
    await log.close();
  }
}

/** The archive that a recording lies in: `<directory>/<yyyy>/<mm>/<dd>/<sid>.pgr.zst`. */
export function archiveOf(path: string): string {
  return dirname(dirname(dirname(dirname(path))));
}

/** The session that a recording's name says. */
export function sidOf(path: string): string {
  return basename(path).replace(/\.pgr\.zst$/, '');
}

/** The user of this process, and who became that user. */
function whoAmI(): string {
  const { username } = userInfo();
  const before = process.env['SUDO_USER'];
  return before === undefined || before === username ? username : `${before} as ${username}`;
}
