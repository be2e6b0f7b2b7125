import { PangateError } from '../../../base/errors.ts';

/** What is not zstd, or no longer. */
export function damaged(what: string): PangateError {
  return new PangateError('file-unreadable', `damaged zstd data (${what})`, 'Get the file again.');
}

/** Throws unless the condition holds. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw damaged(what);
}
