/**
 * Frames of the journal: docs/formats/pgr-v1.md, "Journal". A file is a head of 16 bytes and
 * frames; a frame is length u32, CRC-32 u32, payload. What does not check ends the file.
 */
import { type Bytes, text as textOf, utf8 } from '../base/bytes.ts';
import { crc32 } from './crc32.ts';
import { SEALED_MORE_BYTES, SESSION_KEY_BYTES } from './envelope.ts';
import type { FactSum } from './facts.ts';
import { recordingLimits } from './limits.ts';

/** Head of a journal file: `PGJ1`, number u32, boot id 8. */
export const JOURNAL_HEAD_BYTES = 16;
const FRAME_HEAD_BYTES = 8;
const RECORDS_HEAD_BYTES = 33;
/** Head of a records frame with its payload's fixed part. */
export const RECORDS_FRAME_HEAD_BYTES: number = FRAME_HEAD_BYTES + RECORDS_HEAD_BYTES;
/** First byte of a payload. */
export const JOURNAL_KIND = { open: 1, records: 2, closed: 3, sealed: 4, key: 5 } as const;

/** True for a first byte that payloads have. */
export function isJournalKind(byte: number): boolean {
  return byte >= JOURNAL_KIND.open && byte <= JOURNAL_KIND.key;
}

/** The head of a journal file, owned. */
export function journalHead(number: number, boot: Bytes): Bytes {
  const head = Buffer.alloc(JOURNAL_HEAD_BYTES);
  head.write('PGJ1', 0, 'latin1');
  head.writeUInt32LE(number, 4);
  head.set(boot.subarray(0, 8), 8);
  return head;
}

/** True if the file begins as a journal does. */
export function isJournalHead(bytes: Bytes): boolean {
  return (
    bytes.length >= JOURNAL_HEAD_BYTES && Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PGJ1'
  );
}

/** kind 1, session u32, then the header frame of the recording as it stands in its file. */
export function openFrame(session: number, header: Bytes): Bytes {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + 5 + header.length);
  frame[FRAME_HEAD_BYTES] = JOURNAL_KIND.open;
  frame.writeUInt32LE(session, FRAME_HEAD_BYTES + 1);
  frame.set(header, FRAME_HEAD_BYTES + 5);
  return finish(frame);
}

/** A session's key as the journal holds it. */
export interface JournaledKey {
  /** Closed with the key of the process that records. */
  readonly wrapped: Bytes;
  /** The text of its `.pgk`. */
  readonly text: string;
}

const WRAPPED_BYTES = SESSION_KEY_BYTES + SEALED_MORE_BYTES;

/** kind 5, session u32, the session's key closed for this boot, 60 bytes, then the text of its `.pgk`. */
export function keyFrame(session: number, key: JournaledKey): Bytes {
  const text = utf8(key.text);
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + 5 + WRAPPED_BYTES + text.length);
  frame[FRAME_HEAD_BYTES] = JOURNAL_KIND.key;
  frame.writeUInt32LE(session, FRAME_HEAD_BYTES + 1);
  frame.set(key.wrapped, FRAME_HEAD_BYTES + 5);
  frame.set(text, FRAME_HEAD_BYTES + 5 + WRAPPED_BYTES);
  return finish(frame);
}

/** kind 3, session u32: its recording is complete. */
export function closedFrame(session: number): Bytes {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + 5);
  frame[FRAME_HEAD_BYTES] = JOURNAL_KIND.closed;
  frame.writeUInt32LE(session, FRAME_HEAD_BYTES + 1);
  return finish(frame);
}

function finish(frame: Buffer): Buffer {
  frame.writeUInt32LE(frame.length - FRAME_HEAD_BYTES, 0);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEAD_BYTES)), 4);
  return frame;
}

/** Records of one session that the journal takes at once; all of one segment. */
export interface RecordSlice {
  readonly bytes: Bytes;
  readonly firstSeq: number;
  readonly count: number;
  readonly facts: FactSum;
  /** The bytes are encrypted. */
  readonly sealed?: boolean;
}

/**
 * Writes a records frame at `at` and gives the offset behind it: kind 2, session u32, first_seq u64,
 * n u32, kinds u32, statements u32, masked u32, errors u32, and the records.
 */
export function writeRecordsFrame(target: Buffer, at: number, session: number, slice: RecordSlice): number {
  const { bytes, facts, firstSeq } = slice;
  const from = at + FRAME_HEAD_BYTES;
  const to = at + RECORDS_FRAME_HEAD_BYTES + bytes.length;
  target[from] = slice.sealed === true ? JOURNAL_KIND.sealed : JOURNAL_KIND.records;
  putUint32(target, from + 1, session);
  putUint32(target, from + 5, firstSeq % 0x100000000);
  putUint32(target, from + 9, Math.floor(firstSeq / 0x100000000));
  putUint32(target, from + 13, slice.count);
  putUint32(target, from + 17, facts.kinds);
  putUint32(target, from + 21, facts.statements);
  putUint32(target, from + 25, facts.masked);
  putUint32(target, from + 29, facts.errors);
  target.set(bytes, from + RECORDS_HEAD_BYTES);
  putUint32(target, at, to - from);
  putUint32(target, at + 4, crc32(target.subarray(from, to)));
  return to;
}

/** Little-endian. */
function putUint32(target: Bytes, at: number, value: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
}

/** A frame read back; views into the bytes given. */
export type JournalFrame =
  | { readonly kind: 'open'; readonly session: number; readonly header: Bytes }
  | { readonly kind: 'closed'; readonly session: number }
  | { readonly kind: 'key'; readonly session: number; readonly key: JournaledKey }
  | { readonly kind: 'records'; readonly session: number; readonly slice: ReadSlice };

/** Records read back from a journal; views. */
export interface ReadSlice {
  readonly firstSeq: number;
  readonly count: number;
  readonly facts: { kinds: number; statements: number; masked: number; errors: number };
  readonly bytes: Bytes;
  readonly sealed: boolean;
}

/** Payload length and checksum at `at`; null if the length is not one that a journal has. */
export function readFrameHead(bytes: Buffer, at: number): { length: number; checksum: number } | null {
  if (at + FRAME_HEAD_BYTES > bytes.length) return null;
  const length = bytes.readUInt32LE(at);
  if (length < 5 || length > recordingLimits.journalFrameBytesMax) return null;
  return { length, checksum: bytes.readUInt32LE(at + 4) };
}

/** Null if the payload does not check or has no known form. */
export function readFrame(payload: Buffer, checksum: number): JournalFrame | null {
  if (crc32(payload) !== checksum) return null;
  const session = payload.readUInt32LE(1);
  if (payload[0] === JOURNAL_KIND.open) return { kind: 'open', session, header: payload.subarray(5) };
  if (payload[0] === JOURNAL_KIND.closed) return { kind: 'closed', session };
  if (payload[0] === JOURNAL_KIND.key) return readKey(payload, session);
  const sealed = payload[0] === JOURNAL_KIND.sealed;
  if ((payload[0] !== JOURNAL_KIND.records && !sealed) || payload.length < RECORDS_HEAD_BYTES) return null;
  const facts = {
    kinds: payload.readUInt32LE(17),
    statements: payload.readUInt32LE(21),
    masked: payload.readUInt32LE(25),
    errors: payload.readUInt32LE(29),
  };
  const firstSeq = payload.readUInt32LE(5) + payload.readUInt32LE(9) * 0x100000000;
  const slice = {
    firstSeq,
    count: payload.readUInt32LE(13),
    facts,
    sealed,
    bytes: payload.subarray(RECORDS_HEAD_BYTES),
  };
  return { kind: 'records', session, slice };
}

function readKey(payload: Buffer, session: number): JournalFrame | null {
  if (payload.length < 5 + WRAPPED_BYTES) return null;
  const wrapped = payload.subarray(5, 5 + WRAPPED_BYTES);
  return { kind: 'key', session, key: { wrapped, text: textOf(payload.subarray(5 + WRAPPED_BYTES)) } };
}
