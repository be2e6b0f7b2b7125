/**
 * Who can open encrypted recordings: public keys of recipients as they stand in a
 * configuration, secret ones as they stand in a key file. docs/formats/pgr-v1.md, "Key file".
 */
import * as fs from 'node:fs/promises';
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { sha256 } from './hash.ts';
import { newX25519, x25519Public } from './hpke.ts';

const PUBLIC = 'x25519:';
const SECRET = 'x25519-secret:';
const KEY_BYTES = 32;
const KEY_FILE_BYTES_MAX = 65_536;
/** Fewer leave a recording at the mercy of one lost key. */
export const RECIPIENTS_MIN = 2;
export const RECIPIENTS_MAX = 16;

/** Someone a session's key is wrapped for. */
export interface Recipient {
  /** First 8 bytes of the SHA-256 of the public key, in hex. */
  readonly id: string;
  readonly key: Bytes;
}

/** Someone who can unwrap. */
export interface Identity extends Recipient {
  readonly secret: Bytes;
}

/** The recipient that a text `x25519:<base64url>` names; null if it names none. */
export function parseRecipient(text: string): Recipient | null {
  const key = keyOf(text, PUBLIC);
  return key === null ? null : { id: idOf(key), key };
}

/** The recipients of a configuration. Throws `config-invalid` unless there are two or more different ones. */
export function recipientsOf(texts: readonly string[]): readonly Recipient[] {
  const recipients = texts.map((text) => {
    const recipient = parseRecipient(text);
    if (recipient !== null) return recipient;
    throw refused('a recipient that is no public key');
  });
  const different = new Set(recipients.map(({ id }) => id)).size;
  if (different !== recipients.length) throw refused('the same recipient twice');
  if (different < RECIPIENTS_MIN || different > RECIPIENTS_MAX)
    throw refused(`${different} recipients, where ${RECIPIENTS_MIN} to ${RECIPIENTS_MAX} are wanted`);
  return recipients;
}

function refused(what: string): PangateError {
  return new PangateError(
    'config-invalid',
    `recordings cannot be encrypted: ${what}`,
    'Make a key for each recipient: pangate keys recipient',
  );
}

/** A new pair: the line for the key file and the text for the configuration. */
export function newIdentity(): { readonly secretText: string; readonly publicText: string } {
  const pair = newX25519();
  return {
    secretText: `${SECRET}${pair.secret.toString('base64url')}`,
    publicText: `${PUBLIC}${pair.public.toString('base64url')}`,
  };
}

/** The keys in a key file: one a line, `#` begins a comment. Throws `file-unreadable` or `argument-invalid`. */
export async function readIdentities(path: string): Promise<readonly Identity[]> {
  const lines = (await readText(path)).split('\n').map((line) => line.trim());
  const identities: Identity[] = [];
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const secret = keyOf(line, SECRET);
    if (secret === null)
      throw new PangateError(
        'argument-invalid',
        `a line of ${path} is no secret key`,
        'Name a file that pangate keys recipient has written.',
      );
    const key = x25519Public(secret);
    identities.push({ id: idOf(key), key, secret });
  }
  return identities;
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await fs.stat(path);
    if (size <= KEY_FILE_BYTES_MAX) return await fs.readFile(path, 'utf8');
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read the key file: ${(error as Error).message}`);
  }
  throw new PangateError('file-unreadable', `too large for a key file: ${path}`);
}

function keyOf(text: string, prefix: string): Buffer | null {
  if (!text.startsWith(prefix)) return null;
  const word = text.slice(prefix.length);
  const key = Buffer.from(word, 'base64url');
  return key.length === KEY_BYTES && key.toString('base64url') === word ? key : null;
}

function idOf(key: Bytes): string {
  return sha256(key).subarray(0, 8).toString('hex');
}
