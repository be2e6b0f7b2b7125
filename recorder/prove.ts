/**
 * Proofs of a session, or of some of its records, that are checked without the recording:
 * docs/formats/pgr-v1.md, "Proofs". One tlog-proof for what the log has of the session's
 * beginning, and one for its end or for each segment that records are from.
 */
import { type Bytes, keep } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { ChainReader } from './chain-reader.ts';
import type { SegmentStep } from './chain-step.ts';
import { systemDisk } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { noteOf } from './log/entry.ts';
import { LogEntries, type PlacedEntry } from './log/log-entries.ts';
import { rangeProof } from './range-proof.ts';
import type { Recording } from './reader.ts';
import { encodeValue } from './record.ts';
import { segmentContent } from './record-check.ts';
import { placesOf } from './redacted-segment.ts';
import { encodeSeal } from './seal.ts';
import { decodeSessionNote } from './session-note.ts';
import type { TrustedRange } from './verification.ts';
import { openZstd } from './zstd.ts';

/** What is given with an entry; each key only where it is needed. */
export interface ProofExtra {
  /** The entry of the log. */
  readonly entry: Bytes;
  /** The H frame of an `open` entry, or S, I and F frames up to the head of the entry's note. */
  readonly frames?: readonly Bytes[];
  /** Place of the first given record in the segment that the first frame seals. */
  readonly first?: number;
  /** `[salt, record]`, or `[leaf]` for a record that is not given. */
  readonly records?: readonly (readonly Bytes[])[];
  /** The rest of the segment's tree. */
  readonly hashes?: readonly Bytes[];
}

/** A proof of a session: that it began, and how far it goes. Throws `argument-invalid` if the log does not have it. */
export async function proveSession(recording: Recording, logFolder: string): Promise<string> {
  const session = new LoggedNotes(logFolder, recording.header.sid);
  const parts = [session.begin(await headerFrame(recording.path))];
  const last = session.last();
  if (last !== null) parts.push(last);
  return parts.join('');
}

/** A proof of records [fromSeq, toSeq]. Throws `argument-invalid` for records that are not there, or not signed yet. */
export async function proveRecords(
  recording: Recording,
  logFolder: string,
  range: TrustedRange,
): Promise<string> {
  const session = new LoggedNotes(logFolder, recording.header.sid);
  const parts = [session.begin(await headerFrame(recording.path))];
  let next = range.fromSeq;
  for (const segment of await segmentsOf(recording, range)) {
    parts.push(session.records(segment));
    next = segment.toSeq + 1;
  }
  if (next <= range.toSeq)
    throw new PangateError(
      'argument-invalid',
      `record ${next} is not there, or not signed yet`,
      'pangate replay show says how many records there are; what is recorded is signed within a minute.',
    );
  return parts.join('');
}

/** The entries of a session that hold its notes. */
class LoggedNotes {
  readonly #log: LogEntries;
  readonly #open: PlacedEntry;
  /** By epoch. */
  readonly #notes = new Map<number, PlacedEntry>();
  #last: PlacedEntry | null = null;

  constructor(folder: string, sid: string) {
    this.#log = new LogEntries(folder);
    let open: PlacedEntry | null = null;
    for (const placed of this.#log.of(sid)) {
      if (placed.entry.type === 'open') open ??= placed;
      const note = noteOf(placed.entry);
      if (note === null) continue;
      this.#notes.set(decodeSessionNote(Buffer.from(note))?.epoch ?? -1, placed);
      this.#last = placed;
    }
    if (open === null)
      throw new PangateError('argument-invalid', 'the log does not know this session', 'It may be too new.');
    this.#open = open;
  }

  begin(header: Bytes): string {
    return this.#part(this.#open, { frames: [header] });
  }

  /** Null where nothing was signed yet. */
  last(): string | null {
    return this.#last === null ? null : this.#part(this.#last, {});
  }

  records({ epoch, ...extra }: ProvenSegment): string {
    const placed = this.#notes.get(epoch);
    if (placed === undefined)
      throw new PangateError(
        'argument-invalid',
        'the log has no note over these records yet',
        'Wait a second.',
      );
    const { frames, first, records, hashes } = extra;
    return this.#part(placed, { frames, first, records, hashes });
  }

  #part({ index, bytes }: PlacedEntry, extra: Omit<ProofExtra, 'entry'>): string {
    return this.#log.prove(index, encodeValue({ entry: bytes, ...extra }));
  }
}

/** A segment with records of the range, and the frames up to the note over it. */
interface ProvenSegment extends Required<Omit<ProofExtra, 'entry' | 'frames'>> {
  readonly frames: Bytes[];
  readonly epoch: number;
  readonly toSeq: number;
}

async function segmentsOf(recording: Recording, range: TrustedRange): Promise<ProvenSegment[]> {
  const file = await systemDisk.open(recording.path, 'read');
  try {
    return await walk(recording, new FileWindow(file, await file.size()), range);
  } finally {
    await file.close();
  }
}

async function walk(recording: Recording, file: FileWindow, range: TrustedRange): Promise<ProvenSegment[]> {
  const reader = new ChainReader(file);
  const found: ProvenSegment[] = [];
  /** Those that no note has covered yet. */
  let open: ProvenSegment[] = [];
  for (;;) {
    const step = await reader.next();
    if (step.kind === 'note') {
      found.push(...open);
      open = [];
    } else if (step.kind === 'segment' || step.kind === 'silence') {
      const { seal } = step;
      const isAsked = seal.firstSeq <= range.toSeq && seal.firstSeq + seal.records > range.fromSeq;
      if (step.kind === 'segment' && isAsked) open.push(await proven(recording, step, range));
      for (const segment of open) segment.frames.push(encodeSeal(seal));
    } else if (step.kind === 'index' || step.kind === 'footer') {
      const frame = keep(await file.view(step.from, step.to - step.from));
      for (const segment of open) segment.frames.push(frame);
    } else if (step.kind === 'broken')
      throw new PangateError(
        'archive-damaged',
        `the recording does not hold: ${step.why}`,
        'See: pangate replay verify',
      );
    if (step.kind === 'complete' || step.kind === 'incomplete') return found;
  }
}

async function proven(recording: Recording, step: SegmentStep, range: TrustedRange): Promise<ProvenSegment> {
  const { seal, frame, redaction } = step;
  const content = segmentContent(await openZstd(), frame, seal, await recording.keys(), redaction);
  const fault = step.fault ?? content.fault;
  if (fault !== null || content.fault !== null)
    throw new PangateError('archive-damaged', `a segment does not hold: ${fault}`);
  const places = placesOf(content.raw);
  const first = Math.max(0, range.fromSeq - seal.firstSeq);
  const end = Math.min(places.length, range.toSeq + 1 - seal.firstSeq);
  // The seed would give away the salts of records that are not given.
  const records = places
    .slice(first, end)
    .map(({ leaf, salt, bytes }) => (salt === null || salt.length === 0 ? [leaf] : [salt, keep(bytes)]));
  const leaves = Buffer.concat(places.map(({ leaf }) => leaf));
  const hashes = rangeProof(leaves, first, end);
  return { frames: [], epoch: seal.epoch, toSeq: seal.firstSeq + end - 1, first, records, hashes };
}

async function headerFrame(path: string): Promise<Bytes> {
  const file = await systemDisk.open(path, 'read');
  try {
    const step = await new ChainReader(new FileWindow(file, await file.size())).next();
    if (step.kind !== 'header') throw new PangateError('archive-damaged', 'the recording has no header');
    return keep(step.frame);
  } finally {
    await file.close();
  }
}
