/**
 * Legal holds: cases for which a recording must stay, whatever its age. `<sid>.hold` beside the
 * recording lists them; each act is in the log first. docs/recording.md, "Holds".
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { utf8 } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import type { AuditLog } from '../base/recording.ts';
import { syncFolders, systemDisk, writeAll } from './disk.ts';
import { isReason } from './redaction.ts';

/** One case. */
export interface Hold {
  /** The case's name, one line. */
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly wallUs: number;
}

/** The cases for which a recording is held; empty if there is none. Throws `archive-damaged`. */
export async function holdsOf(recording: string): Promise<readonly Hold[]> {
  let text: string;
  try {
    text = await readFile(holdPath(recording), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new PangateError('file-unreadable', `cannot read a hold: ${(error as Error).message}`);
  }
  try {
    const holds = JSON.parse(text) as Hold[];
    if (Array.isArray(holds) && holds.every(({ name }) => typeof name === 'string')) return holds;
  } catch {
    // Said below.
  }
  throw new PangateError('archive-damaged', 'a hold does not read back', 'The recording counts as held.');
}

/** Holds a recording for a case. Throws `argument-invalid` if it is held for it already. */
export async function hold(recording: string, sid: string, entry: Hold, log: AuditLog | null): Promise<void> {
  if (!isReason(entry.name) || !isReason(entry.reason))
    throw new PangateError('argument-invalid', 'a case and a reason of one line each are needed');
  const holds = await holdsOf(recording);
  if (holds.some(({ name }) => name === entry.name))
    throw new PangateError('argument-invalid', 'the recording is held for that case already');
  const { name, reason, by } = entry;
  await log?.append({ type: 'hold', sid, case: name, reason, by });
  await write(recording, [...holds, entry]);
}

/** Ends a hold; other cases keep the recording held. Throws `argument-invalid` if there is none. */
export async function unhold(
  recording: string,
  sid: string,
  entry: Hold,
  log: AuditLog | null,
): Promise<readonly Hold[]> {
  const holds = await holdsOf(recording);
  const rest = holds.filter(({ name }) => name !== entry.name);
  if (rest.length === holds.length)
    throw new PangateError('argument-invalid', 'the recording is not held for that case');
  const { name, reason, by } = entry;
  await log?.append({ type: 'unhold', sid, case: name, reason, by });
  await write(recording, rest);
  return rest;
}

async function write(recording: string, holds: readonly Hold[]): Promise<void> {
  const path = holdPath(recording);
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await systemDisk.open(draft, 'create');
  try {
    await writeAll(file, [utf8(`${JSON.stringify(holds, null, 1)}\n`)], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await systemDisk.rename(draft, path);
  await syncFolders(systemDisk, path, path.slice(0, path.lastIndexOf('/')));
}

function holdPath(recording: string): string {
  return recording.replace(/(\.pgr\.zst)?$/, '.hold');
}
