/**
 * What a C frame holds: a signed note (c2sp.org/signed-note) over one session as far as it goes;
 * docs/formats/pgr-v1.md, "Checkpoint". Each note names the key that signs the next one.
 */
import { type Bytes, utf8 } from '../base/bytes.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from './frame.ts';
import { KEY_BYTES } from './log/ed25519.ts';
import {
  fromBase64,
  isNoteSignedBy,
  type NamedKey,
  NOTE_TYPE,
  type Note,
  parseNote,
  signNote,
  type VerifierKey,
} from './log/note.ts';
import { isSid } from './plain.ts';

const FORM = 'pangate/session@v1';

/** What a note says of its session. */
export interface SessionNote {
  readonly sid: string;
  /** Records before this note. */
  readonly records: number;
  /** SHA-256 of the frame before: the head of the chain. */
  readonly head: Bytes;
  /** Number of the note in its session, from 0: the epoch of its key. */
  readonly epoch: number;
  /** Seals before this note. */
  readonly seals: number;
  readonly wallUs: number;
  readonly wallErrorUs: number;
  /** The key of the next note; null in the last one. */
  readonly next: Bytes | null;
}

/** A note read back, with its signature. */
export interface SignedSessionNote extends SessionNote {
  readonly note: Note;
}

/** The name under which the key of an epoch signs. */
export function epochKeyName(sid: string, epoch: number): string {
  return `${sid}/${epoch}`;
}

/** The C frame of a note, signed by one key. */
export function noteFrame(note: SessionNote, signer: NamedKey): Bytes {
  return skippableFrame(MAGIC.checkpoint, utf8(signNote(textOf(note), [signer])));
}

/** The frame around a note that is signed already. */
export function frameOfNote(signed: string): Bytes {
  return skippableFrame(MAGIC.checkpoint, utf8(signed));
}

/** The signed note in a C frame, as text. */
export function noteOfFrame(frame: Bytes): string {
  return Buffer.from(frame.subarray(FRAME_HEAD_BYTES)).toString('utf8');
}

function textOf(note: SessionNote): string {
  const lines = [
    FORM,
    note.sid,
    String(note.records),
    Buffer.from(note.head).toString('base64'),
    `epoch ${note.epoch}`,
    `seals ${note.seals}`,
    `time ${note.wallUs} ${note.wallErrorUs}`,
    note.next === null ? 'end' : `next ${Buffer.from(note.next).toString('base64')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Null unless the body of a frame is a note of this form, with one signature, in its one form. */
export function decodeSessionNote(body: Bytes): SignedSessionNote | null {
  const note = parseNote(body);
  if (note === null || note.signatures.length !== 1) return null;
  const read = readLines(note.text.split('\n'));
  return read !== null && textOf(read) === note.text ? { ...read, note } : null;
}

function readLines(lines: readonly string[]): SessionNote | null {
  const [form, sid = '', records = '', head = '', epoch = '', seals = '', time = '', next = ''] = lines;
  const [, wallUs = '', wallErrorUs = ''] = /^time (-?[0-9]{1,16}) ([0-9]{1,10})$/.exec(time) ?? [];
  const headBytes = fromBase64(head);
  const nextBytes = next === 'end' ? null : fromBase64(next.replace(/^next /, ''));
  const numbers = [records, epoch.slice(6), seals.slice(6), wallUs, wallErrorUs].map(Number);
  if (form !== FORM || !isSid(sid) || headBytes?.length !== 32 || wallUs === '') return null;
  if ((next !== 'end' && nextBytes?.length !== KEY_BYTES) || !numbers.every(Number.isSafeInteger))
    return null;
  const [recordCount, epochNumber, sealCount, wall, wallError] = numbers;
  return {
    sid,
    records: recordCount!,
    head: headBytes,
    epoch: epochNumber!,
    seals: sealCount!,
    wallUs: wall!,
    wallErrorUs: wallError!,
    next: nextBytes,
  };
}

/** Who signed a note: the key that the note before has named, a node, or nobody that is known. */
export type NoteSigner = 'epoch' | 'node' | 'nobody';

/** `epochKey`: what the note before has named, null if that is not known. `nodes`: keys of nodes that are trusted. */
export function signerOf(
  signed: SignedSessionNote,
  epochKey: Bytes | null,
  nodes: readonly VerifierKey[],
): NoteSigner {
  const { note, sid, epoch } = signed;
  const name = epochKeyName(sid, epoch);
  if (epochKey !== null && isNoteSignedBy(note, { name, type: NOTE_TYPE.ed25519, publicKey: epochKey }))
    return 'epoch';
  return nodes.some((node) => isNoteSignedBy(note, node)) ? 'node' : 'nobody';
}

/** True if a note was not signed by an epoch's key, whoever signed it. */
export function isNodeNote({ note, sid, epoch }: SignedSessionNote): boolean {
  return note.signatures[0]!.name !== epochKeyName(sid, epoch);
}
