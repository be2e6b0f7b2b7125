/** Who looks at recordings stands in the log over all sessions (PCI DSS 10.2.1.3), before it is shown. */
import { userInfo } from 'node:os';
import { basename, dirname } from 'node:path';
import type { AuditEntry } from '../../base/recording.ts';
import { openAuditLog } from '../../recorder/index.ts';

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

/**
 * Adds an entry to the log of the archive in a directory; resolves when it is on the medium.
 * An archive without a log has none to write to. Throws `record-failed`: then nothing is shown.
 */
export async function audit(directory: string, access: Access): Promise<void> {
  await append(directory, { ...access });
}

/** Adds an entry about a run of the verifier. Throws as `audit` does. */
export async function auditRun(
  directory: string,
  run: { readonly depth: string; readonly all: boolean; readonly statuses: Readonly<Record<string, number>> },
): Promise<void> {
  await append(directory, { type: 'verify', ...run });
}

async function append(directory: string, entry: AuditEntry): Promise<void> {
  const log = await openAuditLog(directory);
  if (log === null) return;
  try {
    await log.append({ ...entry, who: whoAmI() });
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
