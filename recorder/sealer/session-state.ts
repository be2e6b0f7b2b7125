/**
 * What the sealer knows of one session, and the check that frames follow it: it signs only what
 * extends what it has signed. docs/formats/pgr-v1.md, "Sealer".
 */
import { type Bytes, equal, keep } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { decodeFooter, decodeIndex } from '../footer.ts';
import { FRAME_HEAD_BYTES, MAGIC, uint32 } from '../frame.ts';
import { sha256 } from '../hash.ts';
import { decodeHeader, type Header } from '../header.ts';
import type { SigningKey } from '../log/ed25519.ts';
import { decodeSeal } from '../seal.ts';
import { decodeSessionNote } from '../session-note.ts';

/** The end of a chain. */
export interface ChainEnd {
  /** SHA-256 of the last frame that is not a data frame. */
  readonly head: Bytes;
  readonly seals: number;
  readonly records: number;
  readonly monoUs: number;
  /** The last frame is an index: only a footer may follow. */
  readonly isIndexed: boolean;
  /** The last frame is a footer: nothing may follow. */
  readonly isEnded: boolean;
}

/** A session that the sealer has signed something of. */
export interface SessionState {
  readonly end: ChainEnd;
  /** Notes so far. */
  readonly notes: number;
  /** The key that the last note has named; null after a restart, when it is gone. */
  readonly key: SigningKey | null;
  /** The last C frame. */
  readonly last: Bytes;
}

/** Before the first frame. */
export const NO_CHAIN: ChainEnd = {
  head: new Uint8Array(0),
  seals: 0,
  records: 0,
  monoUs: 0,
  isIndexed: false,
  isEnded: false,
};

/** The end of the chain behind a C frame that stands in the log. Null if it is none. */
export function endBehindNote(frame: Bytes): { end: ChainEnd; epoch: number; sid: string } | null {
  const note = decodeSessionNote(frame.subarray(FRAME_HEAD_BYTES));
  if (note === null) return null;
  const { seals, records, sid, epoch } = note;
  // The time of the last seal is not in the note: the next seal's own check in the file has it.
  const end = {
    seals,
    records,
    monoUs: 0,
    head: sha256(frame),
    isIndexed: false,
    isEnded: note.next === null,
  };
  return { end, epoch, sid };
}

/** The header of a session that begins with these frames. Throws `seal-refused` if it is not one. */
export function headerOf(sid: string, frames: Bytes): Header {
  const [first] = framesOf(frames);
  const header =
    first !== undefined && uint32(first, 0) === MAGIC.header
      ? decodeHeader(first.subarray(FRAME_HEAD_BYTES))
      : null;
  if (header === null || header.sid !== sid) throw refused('the session is not known and has no header');
  return header;
}

/** Follows frames from the end of a chain; the new end. Throws `seal-refused` where one does not follow. */
export function extend(from: ChainEnd, notes: number, frames: Bytes): ChainEnd {
  let end = from;
  for (const frame of framesOf(frames)) end = step(end, notes, frame);
  return { ...end, head: keep(end.head) };
}

function step(end: ChainEnd, notes: number, frame: Bytes): ChainEnd {
  if (end.isEnded) throw refused('frames follow the end of the session');
  const head = sha256(frame);
  switch (uint32(frame, 0)) {
    case MAGIC.header:
      if (end.head.length > 0) throw refused('a second header');
      return { ...end, head };
    case MAGIC.seal:
      return sealed(end, notes, frame, head);
    case MAGIC.index: {
      const index = decodeIndex(frame.subarray(FRAME_HEAD_BYTES));
      if (index === null || end.isIndexed || !equal(index.prev, end.head))
        throw refused('an index does not follow');
      return { ...end, head, isIndexed: true };
    }
    case MAGIC.footer: {
      const footer = decodeFooter(frame);
      if (footer === null || !end.isIndexed || !equal(footer.head, end.head))
        throw refused('a footer does not follow');
      if (footer.seals !== end.seals || footer.records !== end.records)
        throw refused('a footer counts other records');
      return { ...end, head, isEnded: true };
    }
    default:
      throw refused('a frame of another kind');
  }
}

function sealed(end: ChainEnd, notes: number, frame: Bytes, head: Bytes): ChainEnd {
  const seal = decodeSeal(frame.subarray(FRAME_HEAD_BYTES));
  if (seal === null || end.isIndexed || !equal(seal.prev, end.head))
    throw refused('a seal does not follow what is signed');
  const isNext = seal.segment === end.seals && seal.firstSeq === end.records && seal.epoch === notes;
  if (!isNext || seal.monoFirstUs < end.monoUs) throw refused('a seal is out of its order');
  return {
    ...end,
    head,
    seals: end.seals + 1,
    records: seal.firstSeq + seal.records,
    monoUs: seal.monoLastUs,
  };
}

/** Skippable frames, back to back. */
function framesOf(bytes: Bytes): Bytes[] {
  const frames: Bytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = at + FRAME_HEAD_BYTES + (at + FRAME_HEAD_BYTES <= bytes.length ? uint32(bytes, at + 4) : 0);
    if (to > bytes.length || to === at) throw refused('frames that are cut off');
    frames.push(bytes.subarray(at, to));
    at = to;
  }
  return frames;
}

function refused(why: string): PangateError {
  return new PangateError('seal-refused', `the sealer refuses to sign: ${why}`);
}
