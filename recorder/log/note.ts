/**
 * Signed notes and the keys that verify them: c2sp.org/signed-note. A note is a text that ends
 * in a newline, an empty line, and signature lines
 *
 *   — <key name> base64(key id, 4 bytes, big-endian || signature)
 *
 * A verifier key (vkey) is `<name>+<key id in hex>+base64(type || public key)`.
 */
import { type Bytes, equal, text as textOf, utf8 } from '../../base/bytes.ts';
import { sha256 } from '../hash.ts';
import { isSignedBy, KEY_BYTES, type SigningKey, signBytes } from './ed25519.ts';

/** Signature types: plain Ed25519, and a witness's cosignature with its time (c2sp.org/tlog-cosignature). */
export const NOTE_TYPE = { ed25519: 1, cosignature: 4 } as const;

/** What verifies a signature. */
export interface VerifierKey {
  readonly name: string;
  readonly type: number;
  readonly publicKey: Bytes;
}

/** A key with the name that it signs under. */
export interface NamedKey {
  readonly name: string;
  readonly key: SigningKey;
}

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

/** A note taken apart; nothing of it is verified. */
export interface Note {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Signature lines that a reader takes. */
const SIGNATURES_MAX = 32;
const NOTE_BYTES_MAX = 1_000_000;
const DASH = '\u2014 ';

/** SHA-256(name || newline || type || public key), first 4 bytes. */
export function keyIdOf({ name, type, publicKey }: VerifierKey): Bytes {
  return sha256(Buffer.concat([utf8(`${name}\n`), Uint8Array.of(type), publicKey])).subarray(0, 4);
}

/** The verifying half of a key that signs notes. */
export function verifierOf({ name, key }: NamedKey, type: number = NOTE_TYPE.ed25519): VerifierKey {
  return { name, type, publicKey: key.publicKey };
}

/** The text of a vkey. */
export function formatVkey(key: VerifierKey): string {
  const id = Buffer.from(keyIdOf(key)).toString('hex');
  const material = Buffer.concat([Uint8Array.of(key.type), key.publicKey]).toString('base64');
  return `${key.name}+${id}+${material}`;
}

/** Null unless the text is a vkey of a type that we verify, with its own key id. */
export function parseVkey(vkey: string): VerifierKey | null {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const material = fromBase64(rest.join('+'));
  if (!isKeyName(name) || material === null || material.length !== 1 + KEY_BYTES) return null;
  const type = material[0]!;
  if (type !== NOTE_TYPE.ed25519 && type !== NOTE_TYPE.cosignature) return null;
  const key = { name, type, publicKey: material.subarray(1) };
  return Buffer.from(keyIdOf(key)).toString('hex') === id ? key : null;
}

/** Not empty, without spaces, control characters and plus signs. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && !/[\s+\p{C}]/u.test(name);
}

/** The signature line of a key over a text. */
export function signatureLine(signer: NamedKey, text: string): string {
  const signature = signBytes(signer.key, utf8(text));
  return formatSignature({ name: signer.name, keyId: keyIdOf(verifierOf(signer)), signature });
}

/** With its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `${DASH}${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/** The signed note of a text that ends in a newline. */
export function signNote(text: string, signers: readonly NamedKey[]): string {
  return `${text}\n${signers.map((signer) => signatureLine(signer, text)).join('')}`;
}

/** Null unless the bytes are a signed note in its one form. */
export function parseNote(bytes: Bytes): Note | null {
  if (bytes.length > NOTE_BYTES_MAX) return null;
  const whole = textOf(bytes);
  if (!equal(utf8(whole), bytes) || hasControl(whole) || !whole.endsWith('\n')) return null;
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) return null;
  const signatures = parseSignatures(whole.slice(split + 2));
  return signatures === null ? null : { text: whole.slice(0, split + 1), signatures };
}

/** Signature lines alone, as a witness answers; null unless each is one. */
export function parseSignatures(lines: string): readonly NoteSignature[] | null {
  if (!lines.endsWith('\n')) return null;
  const all = lines.slice(0, -1).split('\n');
  if (all.length > SIGNATURES_MAX) return null;
  const signatures: NoteSignature[] = [];
  for (const line of all) {
    const [dash, name = '', encoded = '', more] = line.split(' ');
    const bytes = fromBase64(encoded);
    if (`${dash} ` !== DASH || more !== undefined || !isKeyName(name) || bytes === null || bytes.length < 5)
      return null;
    signatures.push({ name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return signatures;
}

/**
 * True if the note has a signature by the key. A signature that names the key and does not
 * verify makes the whole note false.
 */
export function isNoteSignedBy(note: Note, key: VerifierKey): boolean {
  const id = keyIdOf(key);
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && equal(keyId, id));
  const message = utf8(note.text);
  return own.length > 0 && own.every(({ signature }) => isSignedBy(key.publicKey, message, signature));
}

/** Standard base64 with padding and nothing else; null for anything that is not its one form. */
export function fromBase64(encoded: string): Bytes | null {
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes : null;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32 && text[i] !== '\n') return true;
  return false;
}
