/** Edits of the users file: comments stay, the file is replaced whole, and one edit at a time. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { PangateError } from '../../base/errors.ts';
import { parseText } from '../config/document.ts';
import { readText } from '../config/file.ts';
import { replaceFile, withLock } from './atomic.ts';
import { createVerifier } from './scram.ts';
import { checkUsers, ID_PATTERN, keyBlob, type User } from './users.ts';

const TOKEN_BYTES = 32;
const EMPTY = '# Who may log in. Written by `pangate user`; see docs/configuration.md.\nusers: []\n';

/** A user to add. */
export interface NewUser {
  readonly id: string;
  readonly targets: readonly string[];
  readonly groups: readonly string[];
  readonly expires?: string;
}

/** Adds a user and gives the token, which is nowhere else. Throws `argument-invalid` for a taken id. */
export async function addUser(file: string, user: NewUser): Promise<string> {
  if (!ID_PATTERN.test(user.id))
    throw new PangateError(
      'argument-invalid',
      'not a user id',
      'Use a name without spaces, `#`, `:` and `/`.',
    );
  const { token, verifier } = await newToken();
  await edit(file, (list, known) => {
    if (known.some(({ id }) => id === user.id))
      throw new PangateError(
        'argument-invalid',
        `there is a user ${user.id} already`,
        `A new token for them: pangate user token ${user.id}`,
      );
    list.add({ id: user.id, scram: verifier, ...optional(user) });
  });
  return token;
}

function optional({ groups, targets, expires }: NewUser): Record<string, unknown> {
  return { ...(groups.length > 0 && { groups }), targets, ...(expires && { expires }) };
}

/** Removes a user. Throws `argument-invalid` if there is none. */
export async function removeUser(file: string, id: string): Promise<void> {
  await edit(file, (list, known) => list.delete(indexOf(known, id)));
}

/** Gives a user a new token in place of the old one, and perhaps a new end. */
export async function rotateToken(file: string, id: string, expires?: string): Promise<string> {
  const { token, verifier } = await newToken();
  await edit(file, (list, known) => {
    const user = list.get(indexOf(known, id)) as YAMLMap;
    user.set('scram', verifier);
    if (expires !== undefined) user.set('expires', expires);
  });
  return token;
}

/** Adds a public key to those of a user. Throws `argument-invalid` for a line that is none. */
export async function addKey(file: string, id: string, line: string): Promise<void> {
  if (keyBlob(line) === null)
    throw new PangateError(
      'argument-invalid',
      'not a public key',
      'Give the file that ssh-keygen ends with .pub.',
    );
  await edit(file, (list, known) => {
    const user = list.get(indexOf(known, id)) as YAMLMap;
    const keys = new Set([...known.find((each) => each.id === id)!.keys, line.trim()]);
    user.set('keys', [...keys]);
  });
}

function indexOf(known: readonly User[], id: string): number {
  const index = known.findIndex((user) => user.id === id);
  if (index >= 0) return index;
  throw new PangateError('argument-invalid', `there is no user ${id}`, 'See: pangate user list');
}

/** 256 random bits behind a word that secret scanners can look for. */
async function newToken(): Promise<{ token: string; verifier: string }> {
  const token = `pangate_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  return { token, verifier: await createVerifier(token) };
}

type Change = (list: YAMLSeq, known: readonly User[]) => void;

async function edit(named: string, change: Change): Promise<void> {
  const file = existsSync(named) ? realpathSync(named) : named;
  await withLock(`${file}.lock`, async () => {
    const source = parseText(file, existsSync(file) ? readText(file) : EMPTY);
    const { users, decoyKey } = checkUsers(source);
    const { tree } = source;
    if (!isMap(tree.contents)) tree.contents = tree.createNode({}) as never;
    if (!isSeq(tree.get('users'))) tree.set('users', tree.createNode([]));
    if (!decoyKey) tree.set('decoyKey', randomBytes(32).toString('base64'));
    const list = tree.get('users') as YAMLSeq;
    list.flow = false;
    change(list, users);
    const text = tree.toString({ lineWidth: 0 });
    checkUsers(parseText(file, text));
    await replaceFile(file, text, 0o600);
  });
}
