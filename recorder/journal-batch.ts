/**
 * What the journal writes at once: slices of several sessions, encoded one behind the other; and
 * how sessions are told what became of them.
 */
import type { Bytes } from '../base/bytes.ts';
import type { JournalFile } from './journal-file.ts';
import {
  closedFrame,
  type JournaledKey,
  keyFrame,
  openFrame,
  type RecordSlice,
  writeRecordsFrame,
} from './journal-frame.ts';

/** A session as the journal sees it. */
export interface JournalSource {
  readonly sid: string;
  /** Its header frame, written in front of its first records in every file. */
  readonly header: Bytes;
  /** Its key, if it is encrypted. */
  readonly journaledKey?: JournaledKey | null;
  /** The next records to write; null if all are taken. What it gives stays unchanged until settled. */
  take(): RecordSlice | null;
  /** All records up to this number are with the operating system. */
  wrote(seq: number): void;
  /** All records up to this number are as safe as the durability asks. */
  settled(seq: number): void;
  /** What was taken and not settled is not safe; true to have it taken again later. */
  refused(error: Error): boolean;
}

/** A session that may be written. */
export interface Live {
  readonly source: JournalSource;
  readonly session: number;
  /** The file that names the session already. */
  file: File | null;
  /** It is among those that have something to take. */
  isDirty: boolean;
}

/** What is written at once. */
export interface Batch {
  readonly entries: { readonly live: Live; readonly slice: RecordSlice }[];
  bytes: number;
}

/** A file with the sessions that need it. */
export type File = JournalFile<JournalSource>;

/**
 * The frames of a batch in one piece, in `scratch` if they fit: first those of the sessions that are
 * over. Each session is pinned, so that the file stays while it may be needed.
 */
export function encodeBatch(file: File, batch: Batch, closed: readonly number[], scratch: Buffer): Bytes {
  const opening = closed.map(closedFrame);
  for (const { live, slice } of batch.entries) {
    file.pins.set(live.source, lastOf(slice));
    file.sids.add(live.source.sid);
    if (live.file !== file) opening.push(...naming(live));
    live.file = file;
  }
  let bytes = batch.bytes;
  for (const frame of opening) bytes += frame.length;
  const target = bytes <= scratch.length ? scratch : Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const frame of opening) {
    target.set(frame, at);
    at += frame.length;
  }
  for (const { live, slice } of batch.entries) at = writeRecordsFrame(target, at, live.session, slice);
  return target.subarray(0, at);
}

/** The frames that name a session in a file. */
export function naming({ session, source }: Live): Bytes[] {
  const frames = [openFrame(session, source.header)];
  if (source.journaledKey) frames.push(keyFrame(session, source.journaledKey));
  return frames;
}

/** Tells a source how far its records have come; what it does wrong itself is its own failure. */
export function tell(source: JournalSource, what: 'wrote' | 'settled', seq: number): void {
  try {
    if (what === 'wrote') source.wrote(seq);
    else source.settled(seq);
  } catch (fault) {
    source.refused(fault as Error);
  }
}

/** Tells a source that what was taken is not safe; true if it will be taken again. */
export function refused(source: JournalSource, error: Error): boolean {
  try {
    return source.refused(error);
  } catch (fault) {
    source.refused(fault as Error);
    return false;
  }
}

/** The number of a slice's last record. */
export function lastOf({ firstSeq, count }: RecordSlice): number {
  return firstSeq + count - 1;
}
