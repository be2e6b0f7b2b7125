/** Keys of the people who approve redactions and of an organisation's root: a name and an Ed25519 key, as those of the sealer are kept. */
import { readFileSync } from 'node:fs';
import { type Bytes, text } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { keyOfPem, newKey, pemOf } from './log/ed25519.ts';
import {
  formatVkey,
  isKeyName,
  type NamedKey,
  parseNote,
  parseVkey,
  signNote,
  type VerifierKey,
  verifierOf,
} from './log/note.ts';
import { readTrust } from './log/trust.ts';

/** The text of a key's file, and the vkey for others. */
export interface NewKeyTexts {
  readonly secretText: string;
  readonly publicText: string;
}

/** A new key of an approver. Throws `argument-invalid` for a name that cannot sign. */
export function newApprover(name: string): NewKeyTexts {
  return newKeyOf('approver', name);
}

/** A new key that says whom an organisation trusts. Throws as `newApprover` does. */
export function newRoot(name: string): NewKeyTexts {
  return newKeyOf('root', name);
}

/** The vkeys file as a note that a root has signed; what has signed it before is left out. Throws `file-unreadable` for a file that is none. */
export function signTrust(file: Bytes, root: NamedKey): string {
  readTrust(file);
  return signNote(parseNote(file)?.text ?? text(file), [root]);
}

function newKeyOf(role: string, name: string): NewKeyTexts {
  const key = { name: `pangate/${role}/${name}`, key: newKey() };
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
    throw new PangateError('file-unreadable', `cannot read the key: ${(error as Error).message}`);
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
