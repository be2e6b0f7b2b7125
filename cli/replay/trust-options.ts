/** Options of those verbs that verify: whom to trust, and which records. */
import { PangateError } from '../../base/errors.ts';
import { parseVkey, type VerifierKey } from '../../recorder/index.ts';

/** The key that `--root` names. Throws `argument-invalid`. */
export function rootOf(word: string): VerifierKey {
  const key = parseVkey(word);
  if (key === null)
    throw new PangateError('argument-invalid', '--root is not a vkey', 'It looks like name+1a2b3c4d+AbC...');
  return key;
}

/** The numbers of `from-to`, or one number. Throws `argument-invalid`. */
export function spanOf(word: string, option: string): { readonly fromSeq: number; readonly toSeq: number } {
  const [, from, to = from] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(word) ?? [];
  if (from === undefined || Number(from) > Number(to))
    throw new PangateError(
      'argument-invalid',
      `${option} is not from-to`,
      `Write two numbers: ${option} 0-999`,
    );
  return { fromSeq: Number(from), toSeq: Number(to) };
}
