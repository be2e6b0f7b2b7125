/**
 * Whom a verifier trusts: the vkeys file, got out of band. docs/formats/pgr-v1.md, "Keys". Lines
 * `log`, `node`, `witness`, `approver`, each with a vkey, and `quorum` with the number of
 * witnesses that must have signed. An organisation's root may sign the file as a note.
 */
import { type Bytes, text as textOf } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { isNoteSignedBy, NOTE_TYPE, parseNote, parseVkey, type VerifierKey } from './note.ts';

const FORM = 'pangate/vkeys@v1';
const ROLES = ['log', 'node', 'witness', 'approver'] as const;
type Role = (typeof ROLES)[number];

/** Keys by what they may do. */
export interface Trust extends Readonly<Record<Role, readonly VerifierKey[]>> {
  /** Witnesses that must have signed a checkpoint. */
  readonly quorum: number;
}

/** Reads a vkeys file; with `root` only if that key has signed it. Throws `file-unreadable`. */
export function readTrust(file: Bytes, root: VerifierKey | null = null): Trust {
  const note = parseNote(file);
  if (root !== null && (note === null || !isNoteSignedBy(note, root)))
    throw unreadable('it is not signed by the root key that was named');
  const [form, ...lines] = (note?.text ?? textOf(file)).split('\n');
  if (form !== FORM) throw unreadable(`it does not begin with ${FORM}`);
  const keys: Record<Role, VerifierKey[]> = { log: [], node: [], witness: [], approver: [] };
  let quorum: number | null = null;
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const [word = '', value = ''] = line.split(' ');
    if (word === 'quorum' && /^\d{1,3}$/.test(value)) quorum = Number(value);
    else keys[roleOf(word)].push(keyOf(word, value));
  }
  return { ...keys, quorum: quorum ?? Math.min(1, keys.witness.length) };
}

function roleOf(word: string): Role {
  const role = ROLES.find((each) => each === word);
  if (role === undefined) throw unreadable('it has a line of no known kind');
  return role;
}

function keyOf(role: string, vkey: string): VerifierKey {
  const key = parseVkey(vkey);
  const type = role === 'witness' ? NOTE_TYPE.cosignature : NOTE_TYPE.ed25519;
  if (key === null || key.type !== type) throw unreadable(`a ${role} key is malformed`);
  return key;
}

function unreadable(why: string): PangateError {
  const remedy = 'pangate keys show prints one; get it from who runs the sealer, not from this archive.';
  return new PangateError('file-unreadable', `the vkeys file cannot be used: ${why}`, remedy);
}
