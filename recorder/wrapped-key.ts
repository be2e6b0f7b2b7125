/**
 * `<sid>.pgk`: a session's key, wrapped for each recipient. It lies apart from the recording, so
 * that it can be destroyed where the recording cannot. docs/formats/pgr-v1.md, "Wrapped keys".
 */
import { randomBytes } from 'node:crypto';
import { type Bytes, utf8 } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { type Disk, readFull, syncFolders, systemDisk, writeAll } from './disk.ts';
import { committedKeys, type Envelope, type SessionKeys } from './envelope.ts';
import type { Header } from './header.ts';
import { openBase, sealBase } from './hpke.ts';
import type { Identity } from './recipient.ts';

const TITLE = 'pangate/keys@v1';
const LINE = /^-> x25519 ([0-9a-f]{16}) ([A-Za-z0-9_-]{43}) ([A-Za-z0-9_-]{64})$/;
const BYTES_MAX = 16_384;

/** The whole file as a text. */
export function encodeWrappedKey({ keys, sessionKey, recipients }: Envelope): string {
  const lines = recipients.map(({ id, key }) => {
    const { enc, ciphertext } = sealBase(key, infoOf(keys.sid), keys.commitment, sessionKey);
    return `-> x25519 ${id} ${base64(enc)} ${base64(ciphertext)}`;
  });
  return `${[TITLE, keys.sid, ...lines].join('\n')}\n`;
}

/** The session's keys, if one of the identities is a recipient. Null for every other case. */
export function unwrapKey(text: string, header: Header, identities: readonly Identity[]): SessionKeys | null {
  const lines = text.split('\n');
  if (lines[0] !== TITLE || lines[1] !== header.sid || lines.at(-1) !== '') return null;
  const commitment = header.map['commitment'];
  if (!(commitment instanceof Uint8Array)) return null;
  for (const line of lines.slice(2, -1)) {
    const [, id, enc, ciphertext] = LINE.exec(line) ?? [];
    const identity = identities.find((each) => each.id === id);
    if (identity === undefined || enc === undefined || ciphertext === undefined) continue;
    const sealed = { enc: Buffer.from(enc, 'base64url'), ciphertext: Buffer.from(ciphertext, 'base64url') };
    const sessionKey = openBase(identity.secret, infoOf(header.sid), commitment, sealed);
    const keys = sessionKey === null ? null : committedKeys(sessionKey, header.sid, commitment);
    if (keys !== null) return keys;
  }
  return null;
}

/** Ids of the recipients that a file names. */
export function recipientIds(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => LINE.exec(line)?.[1] ?? []);
}

/** Where the key of a recording lies. */
export function wrappedKeyPath(recording: string): string {
  return recording.replace(/(\.pgr\.zst)?$/, '.pgk');
}

/** Puts the file of a recording on the medium, whole or not at all. */
export async function writeWrappedKey(
  disk: Disk,
  recording: string,
  text: string,
  root: string,
): Promise<void> {
  const path = wrappedKeyPath(recording);
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await disk.open(draft, 'create');
  try {
    await writeAll(file, [utf8(text)], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
  await syncFolders(disk, path, root);
}

/** The session's keys of an encrypted recording. Throws `key-missing`. */
export async function keysOf(
  recording: string,
  header: Header,
  identities: readonly Identity[],
): Promise<SessionKeys> {
  const text = await readWrapped(wrappedKeyPath(recording));
  if (text === null)
    throw new PangateError(
      'key-missing',
      'the recording is encrypted, and the file with its wrapped key is not beside it',
      'Fetch <sid>.pgk from the store. If it was purged, nobody can read the recording any more.',
    );
  const keys = unwrapKey(text, header, identities);
  if (keys !== null) return keys;
  const ids = recipientIds(text).join(', ');
  throw new PangateError(
    'key-missing',
    identities.length === 0 ? 'the recording is encrypted' : 'no given key opens the recording',
    `Name a recipient's key file: --key FILE (recipients: ${ids}).`,
  );
}

async function readWrapped(path: string): Promise<string | null> {
  try {
    const file = await systemDisk.open(path, 'read');
    try {
      const bytes = Buffer.alloc(Math.min(await file.size(), BYTES_MAX));
      return bytes.subarray(0, await readFull(file, bytes, 0)).toString('latin1');
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function infoOf(sid: string): Bytes {
  return utf8(`${TITLE} ${sid}`);
}

function base64(bytes: Bytes): string {
  return Buffer.from(bytes).toString('base64url');
}
