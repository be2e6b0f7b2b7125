/**
 * Encryption of one session: its key, what is derived from it, and the frames and slices that
 * it closes. docs/formats/pgr-v1.md, "Encryption". The derivation with its commitment is that of
 * C2SP chunked-encryption, over HKDF-SHA256; nonces are random because recovery and redaction
 * close a segment a second time.
 */
import * as crypto from 'node:crypto';
import type { Bytes } from '../base/bytes.ts';
import { equal } from '../base/bytes.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from './frame.ts';
import type { Recipient } from './recipient.ts';

export const SESSION_KEY_BYTES = 32;
const INFO = 'pangate/pgr@v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** `PGE1`, version 1, three zeros. */
const HEAD: Bytes = Buffer.from([0x50, 0x47, 0x45, 0x31, 1, 0, 0, 0]);
/** What encryption adds to a slice. */
export const SEALED_MORE_BYTES: number = NONCE_BYTES + TAG_BYTES;
/** Length of an E frame less that of the D frame in it. */
export const ENVELOPE_MORE_BYTES: number = FRAME_HEAD_BYTES + HEAD.length + SEALED_MORE_BYTES;

/** What is derived from a session's key. Plain bytes, so that it can go to a worker. */
export interface SessionKeys {
  readonly sid: string;
  readonly segmentKey: Bytes;
  readonly journalKey: Bytes;
  /** Stands in the header: says of a key that it is the one, and that there is no other. */
  readonly commitment: Bytes;
}

/** A session's key and all that belongs to it while it is recorded. */
export interface Envelope {
  readonly keys: SessionKeys;
  /** The 32 bytes that are wrapped for recipients; wiped at the session's end. */
  readonly sessionKey: Buffer;
  readonly recipients: readonly Recipient[];
}

/** A new session's key. */
export function newEnvelope(sid: string, recipients: readonly Recipient[]): Envelope {
  const sessionKey = crypto.randomBytes(SESSION_KEY_BYTES);
  return { keys: deriveKeys(sessionKey, sid), sessionKey, recipients };
}

/** Overwrites what can be: copies in workers and in the collector's old pages are not reached. */
export function wipe({ sessionKey, keys }: Envelope): void {
  sessionKey.fill(0);
  keys.segmentKey.fill(0);
  keys.journalKey.fill(0);
}

/** segment key || journal key || commitment = HKDF-SHA256(session key, salt = sid, info). */
export function deriveKeys(sessionKey: Bytes, sid: string): SessionKeys {
  const derived = new Uint8Array(crypto.hkdfSync('sha256', sessionKey, Buffer.from(sid, 'latin1'), INFO, 96));
  return {
    sid,
    segmentKey: derived.slice(0, 32),
    journalKey: derived.slice(32, 64),
    commitment: derived.slice(64, 96),
  };
}

/** The keys of a session if `sessionKey` is the one that the header commits to; null otherwise. */
export function committedKeys(sessionKey: Bytes, sid: string, commitment: unknown): SessionKeys | null {
  if (sessionKey.length !== SESSION_KEY_BYTES || !(commitment instanceof Uint8Array)) return null;
  const keys = deriveKeys(sessionKey, sid);
  return equal(keys.commitment, commitment) ? keys : null;
}

/** The E frame around a D frame whose first record is number `firstSeq`. Owned. */
export function sealSegment(keys: SessionKeys, frame: Bytes, firstSeq: number): Bytes {
  const about = aboutOf('segment', keys.sid, firstSeq);
  return skippableFrame(MAGIC.encrypted, Buffer.concat([HEAD, seal(keys.segmentKey, about, frame)]));
}

/** The D frame in an E frame; null if the key is another one or anything was changed. */
export function openSegment(keys: SessionKeys, frame: Bytes, firstSeq: number): Bytes | null {
  const body = frame.subarray(FRAME_HEAD_BYTES);
  if (!equal(body.subarray(0, HEAD.length), HEAD)) return null;
  return open(keys.segmentKey, aboutOf('segment', keys.sid, firstSeq), body.subarray(HEAD.length));
}

/** Records on their way to the journal, closed. Owned. */
export function sealSlice(keys: SessionKeys, records: Bytes, firstSeq: number): Bytes {
  return seal(keys.journalKey, aboutOf('journal', keys.sid, firstSeq), records);
}

/** Null if the key is another one or anything was changed. */
export function openSlice(keys: SessionKeys, sealed: Bytes, firstSeq: number): Bytes | null {
  return open(keys.journalKey, aboutOf('journal', keys.sid, firstSeq), sealed);
}

/** A session's key for the one process that may have to complete the recording after a crash. */
export function wrapForBoot(bootKey: Bytes, sessionKey: Bytes, sid: string): Bytes {
  return seal(bootKey, aboutOf('boot', sid, 0), sessionKey);
}

export function unwrapForBoot(bootKey: Bytes, wrapped: Bytes, sid: string): Bytes | null {
  return open(bootKey, aboutOf('boot', sid, 0), wrapped);
}

/** Additional data: what the bytes are, whose, and where they belong. */
function aboutOf(what: string, sid: string, firstSeq: number): Bytes {
  const seq = Buffer.alloc(8);
  seq.writeBigUInt64LE(BigInt(firstSeq));
  return Buffer.concat([Buffer.from(`${INFO} ${what} ${sid} `, 'latin1'), seq]);
}

/** nonce || ciphertext || tag. */
function seal(key: Bytes, about: Bytes, plain: Bytes): Buffer {
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const cipher = crypto.createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Bytes, about: Bytes, sealed: Bytes): Buffer | null {
  if (sealed.length < SEALED_MORE_BYTES) return null;
  const decipher = crypto.createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(about);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}
