/** Checks a proof without the recording: docs/formats/pgr-v1.md, "Proofs". Never throws on content. */
import { type Bytes, equal, join, utf8 } from '../base/bytes.ts';
import { decodeFooter, decodeIndex } from './footer.ts';
import { FRAME_HEAD_BYTES, MAGIC, uint32 } from './frame.ts';
import { sha256 } from './hash.ts';
import { decodeHeader } from './header.ts';
import { decodeEntry, type LoggedEntry, noteOf } from './log/entry.ts';
import {
  type ProvenEntry,
  parseTlogProofs,
  provenEntry,
  type TlogProof,
  type Unproven,
} from './log/tlog-proof.ts';
import { leafHash } from './log/tree.ts';
import type { Trust } from './log/trust.ts';
import { decodeMap } from './plain.ts';
import { rootOfRange } from './range-proof.ts';
import { readRecordHead } from './record.ts';
import { decodeSeal, type Seal } from './seal.ts';
import { decodeSessionNote, isNodeNote, signerOf } from './session-note.ts';

/** One entry of the log, and what it proves. */
export interface CheckedPart extends ProvenEntry {
  readonly index: number;
  /** `open`, `ckpt` or `close`. */
  readonly type: string;
  readonly timeUs: number;
  /** Records that the entry's note is over; null for a beginning. */
  readonly records: number | null;
  /** The header's own map; null but for a beginning. */
  readonly header: Readonly<Record<string, unknown>> | null;
}

/** A record that a proof gives. */
export interface ProvenRecord {
  readonly seq: number;
  readonly dtUs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a proof proves. */
export interface CheckedProof {
  readonly status: 'VALID' | 'TAMPERED' | 'UNVERIFIABLE';
  /** One sentence. */
  readonly reason: string;
  readonly sid: string;
  readonly parts: readonly CheckedPart[];
  readonly records: readonly ProvenRecord[];
  /** Numbers of records whose places are proven and that are not given: seeds, and removed ones. */
  readonly withheld: readonly number[];
}

/** Checks a file of proofs against the keys that a verifier trusts. */
export function checkProof(file: Bytes, trust: Trust, nowUs: number): CheckedProof {
  const proofs = parseTlogProofs(file);
  if (proofs === null)
    return {
      status: 'UNVERIFIABLE',
      reason: 'The file is no proof.',
      sid: '',
      parts: [],
      records: [],
      withheld: [],
    };
  const check = new Check(trust, nowUs);
  const fault = check.run(proofs);
  const { sid, parts, records, withheld } = check;
  if (fault === null) return { status: 'VALID', reason: sentence(check), sid, parts, records, withheld };
  const status = fault.isUnknown ? 'UNVERIFIABLE' : 'TAMPERED';
  return {
    status,
    reason: `The proof does not hold: ${fault.fault}.`,
    sid,
    parts: [],
    records: [],
    withheld: [],
  };
}

function sentence({ parts, records }: Check): string {
  const witnesses = Math.min(...parts.map(({ cosigners }) => cosigners.length));
  const by = witnesses === 0 ? 'no witness' : `${witnesses} witness${witnesses === 1 ? '' : 'es'}`;
  const what = records.length === 0 ? 'The session is' : `${records.length} records of the session are`;
  return `${what} in the log ${parts[0]!.origin}, signed by it and by ${by}.`;
}

class Check {
  readonly #trust: Trust;
  readonly #nowUs: number;
  sid = '';
  readonly parts: CheckedPart[] = [];
  readonly records: ProvenRecord[] = [];
  readonly withheld: number[] = [];

  constructor(trust: Trust, nowUs: number) {
    this.#trust = trust;
    this.#nowUs = nowUs;
  }

  run(proofs: readonly TlogProof[]): Unproven | null {
    for (const proof of proofs) {
      const fault = this.#part(proof);
      if (typeof fault === 'string') return { fault, isUnknown: false };
      if (fault !== null) return fault;
    }
    return null;
  }

  #part(proof: TlogProof): string | Unproven | null {
    const extra = decodeMap(proof.extra) ?? {};
    const { entry: bytes, frames = [] } = extra;
    if (!isBytes(bytes) || !Array.isArray(frames) || !frames.every(isBytes))
      return 'a part of it is malformed';
    const proven = provenEntry(proof, leafHash(bytes), this.#trust, this.#nowUs);
    if ('fault' in proven) return proven;
    const entry = decodeEntry(bytes);
    if (entry === null || typeof entry['sid'] !== 'string') return 'an entry is about no session';
    if (this.sid !== '' && entry['sid'] !== this.sid) return 'entries are about two sessions';
    this.sid = entry['sid'];
    const about = { ...proven, index: proof.index, type: entry.type, timeUs: entry.time_us };
    const isBeginning = frames.length === 1 && magicOf(frames[0]!) === MAGIC.header;
    if (isBeginning) return this.#beginning(entry, frames[0]!, about);
    return this.#noted(entry, frames, extra, about);
  }

  #beginning(
    entry: LoggedEntry,
    frame: Bytes,
    about: Omit<CheckedPart, 'records' | 'header'>,
  ): string | null {
    const header = decodeHeader(frame.subarray(FRAME_HEAD_BYTES));
    const logged = entry['header'];
    const isLogged = entry.type === 'open' && isBytes(logged) && equal(logged, sha256(frame));
    if (!isLogged || header === null || header.sid !== this.sid)
      return 'a header is not the one that the log names';
    this.parts.push({ ...about, records: null, header: header.map });
    return null;
  }

  /** An entry with a note, and records that it is over. */
  #noted(
    entry: LoggedEntry,
    frames: readonly Bytes[],
    extra: Readonly<Record<string, unknown>>,
    about: Omit<CheckedPart, 'records' | 'header'>,
  ): string | null {
    const signed = noteOf(entry);
    const note = signed === null ? null : decodeSessionNote(utf8(signed));
    if (note === null || note.sid !== this.sid) return 'an entry has no note over this session';
    if (isNodeNote(note) && signerOf(note, null, this.#trust.node) !== 'node')
      return 'a note is signed by no node that is trusted';
    this.parts.push({ ...about, records: note.records, header: null });
    if (frames.length === 0) return extra['records'] === undefined ? null : 'records without their seal';
    const seal = chainedSeal(frames, note.head);
    if (seal === null || seal.epoch !== note.epoch) return 'a seal is not the one that the note is over';
    return this.#records(seal, extra);
  }

  #records(seal: Seal, { first, records, hashes }: Readonly<Record<string, unknown>>): string | null {
    if (
      !Array.isArray(records) ||
      !Array.isArray(hashes) ||
      !hashes.every(isBytes) ||
      !Number.isSafeInteger(first)
    )
      return 'a part of it is malformed';
    if (!records.every((each): each is Bytes[] => Array.isArray(each) && each.every(isBytes)))
      return 'a part of it is malformed';
    const leaves = records.map(leafOf);
    if (leaves.some((leaf) => leaf.length !== 32)) return 'a part of it is malformed';
    const root = rootOfRange(leaves, { from: first as number, size: seal.records }, hashes);
    if (root === null || !equal(root, seal.recordsRoot)) return 'records are not those that were sealed';
    for (const [i, [, record]] of records.entries()) {
      const seq = seal.firstSeq + (first as number) + i;
      if (record === undefined) this.withheld.push(seq);
      else if (!this.#record(record, seq)) return 'a record is malformed, or has another number';
    }
    return null;
  }

  #record(record: Bytes, seq: number): boolean {
    const head = readRecordHead(record, 0, record.length);
    const data = head === null ? null : decodeMap(record.subarray(head.bodyFrom, head.to));
    if (head === null || data === null || head.seq !== seq) return false;
    this.records.push({ seq, dtUs: head.dtUs, type: head.type, data });
    return true;
  }
}

/** The leaf of `[salt, record]`, or the one that is given; empty for anything else. */
function leafOf(parts: readonly Bytes[]): Bytes {
  const [first, record, more] = parts;
  if (first === undefined || more !== undefined) return new Uint8Array(0);
  if (record === undefined) return first;
  return first.length === 16 ? sha256(join([Uint8Array.of(0), first, record])) : new Uint8Array(0);
}

/** The first frame, a seal, if each further one names the one before and the last is the head. */
function chainedSeal(frames: readonly Bytes[], head: Bytes): Seal | null {
  const [first] = frames;
  if (first === undefined || magicOf(first) !== MAGIC.seal || !equal(sha256(frames.at(-1)!), head))
    return null;
  for (let i = 1; i < frames.length; i++) {
    const prev = prevOf(frames[i]!);
    if (prev === null || !equal(prev, sha256(frames[i - 1]!))) return null;
  }
  return decodeSeal(first.subarray(FRAME_HEAD_BYTES));
}

/** The hash of the frame before, as a frame names it. */
function prevOf(frame: Bytes): Bytes | null {
  const body = frame.subarray(FRAME_HEAD_BYTES);
  const magic = magicOf(frame);
  if (magic === MAGIC.seal) return decodeSeal(body)?.prev ?? null;
  if (magic === MAGIC.index) return decodeIndex(body)?.prev ?? null;
  return magic === MAGIC.footer ? (decodeFooter(frame)?.head ?? null) : null;
}

/** Of a skippable frame that is whole; 0 for anything else. */
function magicOf(frame: Bytes): number {
  return frame.length >= FRAME_HEAD_BYTES && uint32(frame, 4) === frame.length - FRAME_HEAD_BYTES
    ? uint32(frame, 0)
    : 0;
}

function isBytes(value: unknown): value is Bytes {
  return value instanceof Uint8Array;
}
