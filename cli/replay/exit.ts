/** Exit codes of `pangate replay`: docs/formats/pgr-v1.md, "Verification". */
import { PangateError } from '../../base/errors.ts';
import type { Status } from '../../recorder/index.ts';
import { errorText } from '../error-text.ts';
import { isReaderGone } from './output.ts';
import { RecordingMissing } from './place.ts';

/** The code of each status. */
export const STATUS_EXIT: Readonly<Record<Status, number>> = {
  VALID: 0,
  'VALID-REDACTED': 0,
  PURGED: 0,
  OPEN: 3,
  'CRASH-TAIL': 3,
  TRUNCATED: 3,
  TAMPERED: 2,
  MISSING: 5,
  UNVERIFIABLE: 4,
};

/** Worst first, where several recordings give several codes. */
const WORST: readonly number[] = [2, 5, 4, 3, 1, 0];

/** The worse of two exit codes. */
export function worse(one: number, other: number): number {
  return WORST.indexOf(one) <= WORST.indexOf(other) ? one : other;
}

/** Runs an action; what it throws becomes a message and an exit code. */
export async function guarded(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isReaderGone(error)) return;
    if (!(error instanceof PangateError) || error.code === 'argument-invalid') throw error;
    process.stderr.write(errorText(error));
    process.exitCode = codeOf(error);
  }
}

function codeOf(error: PangateError): number {
  if (error instanceof RecordingMissing) return STATUS_EXIT.MISSING;
  return error.code === 'archive-damaged' ? STATUS_EXIT.TAMPERED : 1;
}
