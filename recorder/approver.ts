/** Keys of the people who approve redactions: a name and an Ed25519 key, as those of the sealer are kept. */
import { readFileSync } from 'node:fs';
import { PangateError } from '../base/errors.ts';
import { keyOfPem, newKey, pemOf } from './log/ed25519.ts';
import { formatVkey, isKeyName, type NamedKey, parseVkey, type VerifierKey, verifierOf } from './log/note.ts';

/** A new key: the text of its file, and the vkey for others. Throws `argument-invalid` for a name that cannot sign. */
export function newApprover(name: string): { readonly secretText: string; readonly publicText: string } {
  const key = { name: `pangate/approver/${name}`, key: newKey() };
  if (!isKeyName(key.name))
    throw new PangateError(
      'argument-invalid',
      'a name without spaces and plus signs is needed',
      'For instance: alice.',
    );
  return { secretText: `${key.name}\n${pemOf(key.key)}`, publicText: formatVkey(verifierOf(key)) };
}

/** The key in a file. Throws `file-unreadable`. */
export function readApprover(path: string): NamedKey {
  try {
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    return { name: text.slice(0, end), key: keyOfPem(text.slice(end + 1)) };
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read the approver's key: ${(error as Error).message}`);
  }
}

/** Public keys, one a line, `approver` before them or not; lines of other words are left to others. Throws `argument-invalid`. */
export function parseApprovers(lines: readonly string[]): readonly VerifierKey[] {
  return lines
    .map((line) => line.trim().replace(/^approver /, ''))
    .filter((line) => line !== '' && !line.startsWith('#') && !/^\S* |@v1$/.test(line))
    .map((line) => {
      const key = parseVkey(line);
      if (key !== null) return key;
      throw new PangateError(
        'argument-invalid',
        'an approver whose public key does not read',
        'Make one: pangate keys approver',
      );
    });
}
