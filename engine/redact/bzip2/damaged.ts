import { PangateError } from '../../../base/errors.ts';

/** Throws unless the condition holds. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition)
    throw new PangateError('file-unreadable', `damaged bzip2 data (${what})`, 'Get the file again.');
}
