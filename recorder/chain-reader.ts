/**
 * Reads a recording frame by frame and checks each against the chain before anything in it is
 * used: docs/formats/pgr-v1.md, "What a reader checks". Never throws on content: what does
 * not hold is a `broken` step. After one, `resume` looks for the next seal that still agrees
 * with its own segment, so that a verifier can say what can be trusted behind the damage.
 */
import { type Bytes, equal, keep } from '../base/bytes.ts';
import {
  broken,
  type Found,
  incomplete,
  redactedFault,
  type Step,
  segmentFault,
  unknown,
} from './chain-step.ts';
import type { FileWindow } from './file-window.ts';
import { decodeFooter, decodeIndex, type Footer, FrameSizes } from './footer.ts';
import { FRAME_HEAD_BYTES, MAGIC } from './frame.ts';
import { frameAt } from './frame-walk.ts';
import { sha256 } from './hash.ts';
import { decodeHeader, HEADER_FLAG } from './header.ts';
import { decodeRedaction, type SignedRedaction } from './redaction.ts';
import { decodeSeal, SEAL_BODY_BYTES, SEAL_FLAG, type Seal } from './seal.ts';
import { decodeSessionNote, type SignedSessionNote } from './session-note.ts';

/** Bytes at the start of every seal frame: magic, length, magic of the body. */
const SEAL_START: Bytes = startOf(MAGIC.seal, SEAL_BODY_BYTES, 'PGS1');
const FOOTER_START: Bytes = Buffer.from('PGF1', 'latin1');
const SEARCH_BYTES = 524_288;

/** `closing`: behind the footer. `table`: behind the last note. */
type Stage = 'header' | 'segments' | 'footer' | 'closing' | 'table' | 'end';

/** Where a walk stands between two frames: all that what follows is checked against. */
export interface ChainMark {
  readonly at: number;
  readonly prev: Bytes | null;
  readonly stage: Stage;
  readonly isEncrypted: boolean | null;
  readonly sid: string;
  readonly segments: number;
  readonly notes: number;
  readonly nextSeq: number;
  readonly monoUs: number;
  readonly rawBytes: number;
  readonly frameBytes: number;
  readonly sizes: FrameSizes;
}

/** A walk over one file. */
export class ChainReader {
  readonly #file: FileWindow;
  #sizes: FrameSizes = new FrameSizes();
  #at = 0;
  /** Null where the link before is not known. */
  #prev: Bytes | null = null;
  #stage: Stage = 'header';
  /** Segments are E frames; null where the header did not hold. */
  #isEncrypted: boolean | null = null;
  /** The frames before are all known: the seek table can be computed. */
  #gapless = true;
  segments = 0;
  /** Notes so far. */
  notes = 0;
  #sid = '';
  nextSeq = 0;
  monoUs = 0;
  #rawBytes = 0;
  #frameBytes = 0;

  /** `mark`: goes on where another walk, over the same bytes up to there, has stood. */
  constructor(file: FileWindow, mark: ChainMark | null = null) {
    this.#file = file;
    if (mark === null) return;
    this.#at = mark.at;
    this.#prev = mark.prev;
    this.#stage = mark.stage;
    this.#isEncrypted = mark.isEncrypted;
    this.#sid = mark.sid;
    this.segments = mark.segments;
    this.notes = mark.notes;
    this.nextSeq = mark.nextSeq;
    this.monoUs = mark.monoUs;
    this.#rawBytes = mark.rawBytes;
    this.#frameBytes = mark.frameBytes;
    this.#sizes = mark.sizes.copy();
  }

  /** Where the walk stands; null behind damage, from where it cannot be taken up. */
  mark(): ChainMark | null {
    if (!this.#gapless) return null;
    return {
      at: this.#at,
      prev: this.#prev,
      stage: this.#stage,
      isEncrypted: this.#isEncrypted,
      sid: this.#sid,
      segments: this.segments,
      notes: this.notes,
      nextSeq: this.nextSeq,
      monoUs: this.monoUs,
      rawBytes: this.#rawBytes,
      frameBytes: this.#frameBytes,
      sizes: this.#sizes.copy(),
    };
  }

  /** The next part of the recording. After `complete`, `incomplete` and `broken` there is none. */
  async next(): Promise<Step> {
    const frame = await frameAt(this.#file, this.#at);
    if (frame.found === 'end') return this.#stage === 'end' ? { kind: 'complete' } : incomplete(frame.from);
    if (this.#stage === 'end') return broken(frame.from, 'bytes follow the end of the recording');
    if (frame.found === 'cut') return incomplete(frame.from);
    if (frame.found === 'bad') return broken(frame.from, frame.why);
    if (this.#stage === 'header') return this.#header(frame);
    if (this.#stage === 'segments') return this.#part(frame);
    if (this.#stage === 'footer') return this.#footer(frame);
    return this.#stage === 'closing' && frame.kind === 'checkpoint' ? this.#note(frame) : this.#table(frame);
  }

  /**
   * After a broken step at `from`: goes on behind the next seal that its segment agrees with.
   * The step for it, or null if there is none.
   */
  async resume(from: number): Promise<Step | null> {
    this.#gapless = false;
    for (let at = from + 1; ; ) {
      const sealFrom = await this.#find(SEAL_START, at);
      if (sealFrom < 0) return null;
      const step = await this.#adopt(sealFrom, from);
      if (step !== null) return step;
      at = sealFrom + 1;
    }
  }

  /** True if a whole footer stands somewhere behind `from`, or the file ends like a complete one. */
  async endsComplete(from: number): Promise<boolean> {
    const tail = await this.#file.view(Math.max(0, this.#file.bytes - 4), 4);
    if (tail.length === 4 && Buffer.from(tail).readUInt32LE() === 0x8f92eab1) return true;
    for (let at = from; ; ) {
      const found = await this.#find(FOOTER_START, at);
      if (found < 0) return false;
      const frame = await frameAt(this.#file, found - FRAME_HEAD_BYTES);
      if (
        frame.found === 'frame' &&
        frame.kind === 'footer' &&
        decodeFooter(await this.#bytes(frame)) !== null
      )
        return true;
      at = found + 1;
    }
  }

  async #header(frame: Found): Promise<Step> {
    const bytes = await this.#bytes(frame);
    const version = bytes[FRAME_HEAD_BYTES + 4];
    if (frame.kind !== 'header') return broken(frame.from, 'the file does not begin with a header');
    if (version !== 1 && startsWith(bytes, 'PGH1')) return unknown(frame.from, 'a version that is not known');
    const header = decodeHeader(bytes.subarray(FRAME_HEAD_BYTES));
    if (header === null) return broken(frame.from, 'the header is malformed');
    this.#isEncrypted = (header.flags & HEADER_FLAG.encrypted) !== 0;
    this.#link(bytes, frame);
    this.#sid = header.sid;
    this.#stage = 'segments';
    return { kind: 'header', header, frame: bytes, from: frame.from, to: frame.to };
  }

  #part(frame: Found): Step | Promise<Step> {
    if (frame.kind === 'data' || frame.kind === 'encrypted') return this.#content(frame);
    if (frame.kind === 'index') return this.#index(frame);
    if (frame.kind === 'checkpoint') return this.#note(frame);
    if (frame.kind === 'redaction') return this.#redacted(frame);
    if (frame.kind !== 'seal') return broken(frame.from, `a ${frame.kind} frame stands where none may`);
    return this.#silence(frame);
  }

  /** An R frame with the segment that it speaks of. */
  async #redacted(frame: Found): Promise<Step> {
    const redaction = decodeRedaction(keep((await this.#bytes(frame)).subarray(FRAME_HEAD_BYTES)));
    if (redaction === null) return broken(frame.from, 'a redaction is malformed');
    const data = await frameAt(this.#file, frame.to);
    if (data.found === 'cut' || data.found === 'end') return incomplete(frame.from);
    if (data.found === 'bad' || (data.kind !== 'data' && data.kind !== 'encrypted'))
      return broken(frame.from, 'a redaction without its segment');
    if (this.#sid !== '' && redaction.sid !== this.#sid)
      return broken(frame.from, 'a redaction is that of another session');
    this.#sizes.add(frame.to - frame.from, 0);
    const step = await this.#content(data, redaction);
    return step.kind === 'segment' ? { ...step, from: frame.from } : step;
  }

  #content(frame: Found, redaction: SignedRedaction | null = null): Step | Promise<Step> {
    const isEncrypted = frame.kind === 'encrypted';
    if (this.#isEncrypted === !isEncrypted)
      return broken(
        frame.from,
        isEncrypted ? 'an encrypted segment among plain ones' : 'a plain segment among encrypted ones',
      );
    return this.#segment(frame, redaction);
  }

  async #segment(data: Found, redaction: SignedRedaction | null): Promise<Step> {
    const frame = await frameAt(this.#file, data.to);
    if (frame.found === 'cut' || frame.found === 'end') return incomplete(data.from);
    if (frame.found === 'bad' || frame.kind !== 'seal')
      return broken(frame.from, 'a data frame without its seal');
    const whole = await this.#view(data.from, frame.to - data.from);
    const dataBytes = whole.subarray(0, data.to - data.from);
    const sealBytes = whole.subarray(data.to - data.from);
    const seal = decodeSeal(sealBytes.subarray(FRAME_HEAD_BYTES));
    if (seal === null) return broken(frame.from, 'the seal is malformed');
    const wrong = this.#wrongPlace(seal);
    if (wrong !== null) return broken(frame.from, wrong);
    const fault =
      redaction === null ? segmentFault(seal, data, dataBytes) : redactedFault(seal, redaction, dataBytes);
    const linked = this.#isLinked(seal.prev);
    this.#sizes.add(data.to - data.from, data.contentBytes);
    this.#count(seal);
    this.#link(sealBytes, frame);
    return {
      kind: 'segment',
      seal,
      frame: dataBytes,
      from: data.from,
      dataFrom: data.from,
      to: frame.to,
      linked,
      fault,
      redaction,
    };
  }

  async #silence(frame: Found): Promise<Step> {
    const bytes = await this.#bytes(frame);
    const seal = decodeSeal(bytes.subarray(FRAME_HEAD_BYTES));
    if (seal === null) return broken(frame.from, 'the seal is malformed');
    if ((seal.flags & SEAL_FLAG.heartbeat) === 0) return broken(frame.from, 'a seal without its data frame');
    const wrong = this.#wrongPlace(seal);
    if (wrong !== null) return broken(frame.from, wrong);
    const linked = this.#isLinked(seal.prev);
    this.#count(seal);
    this.#link(bytes, frame);
    return { kind: 'silence', seal, from: frame.from, to: frame.to, linked };
  }

  /** Inside a recording, or behind its footer where it is the last one. */
  async #note(frame: Found): Promise<Step> {
    const bytes = await this.#bytes(frame);
    const note = decodeSessionNote(bytes.subarray(FRAME_HEAD_BYTES));
    if (note === null) return broken(frame.from, 'a note is malformed');
    const wrong = this.#wrongNote(note);
    if (wrong !== null) return broken(frame.from, wrong);
    const linked = this.#isLinked(note.head);
    this.notes++;
    this.#link(bytes, frame);
    if (this.#stage === 'closing') this.#stage = 'table';
    return { kind: 'note', note, frame: bytes, from: frame.from, to: frame.to, linked };
  }

  async #index(frame: Found): Promise<Step> {
    const bytes = await this.#bytes(frame);
    const index = decodeIndex(bytes.subarray(FRAME_HEAD_BYTES));
    if (index === null) return broken(frame.from, 'the index is malformed');
    const linked = this.#isLinked(index.prev);
    this.#link(bytes, frame);
    this.#stage = 'footer';
    return { kind: 'index', index, from: frame.from, to: frame.to, linked };
  }

  async #footer(frame: Found): Promise<Step> {
    if (frame.kind !== 'footer') return broken(frame.from, 'no footer follows the index');
    const bytes = await this.#bytes(frame);
    const footer = decodeFooter(bytes);
    if (footer === null) return broken(frame.from, 'the footer is malformed');
    const wrong = this.#wrongFooter(footer);
    if (wrong !== null) return broken(frame.from, wrong);
    const linked = this.#isLinked(footer.head);
    this.#link(bytes, frame);
    this.#stage = 'closing';
    return { kind: 'footer', footer, digest: sha256(bytes), from: frame.from, to: frame.to, linked };
  }

  async #table(frame: Found): Promise<Step> {
    if (this.#stage === 'closing' && this.notes > 0) return broken(frame.from, 'the last note is missing');
    if (frame.kind !== 'seekTable') return broken(frame.from, 'no seek table follows the footer');
    if (frame.to !== this.#file.bytes) return broken(frame.to, 'bytes follow the end of the recording');
    // Behind damage the lengths of all frames are not known; what is reported is the damage.
    if (this.#gapless && !(await this.#isTable(frame)))
      return broken(frame.from, 'the seek table is not that of this file');
    this.#at = frame.to;
    this.#stage = 'end';
    return { kind: 'complete' };
  }

  async #isTable(frame: Found): Promise<boolean> {
    const expected = this.#sizes.encode();
    return expected.length === frame.to - frame.from && equal(await this.#bytes(frame), expected);
  }

  /** A seal found behind damage, if its segment agrees with it; the state then follows it. */
  async #adopt(sealFrom: number, notBefore: number): Promise<Step | null> {
    const frame = await frameAt(this.#file, sealFrom);
    if (frame.found !== 'frame' || frame.kind !== 'seal') return null;
    const seal = decodeSeal((await this.#bytes(frame)).subarray(FRAME_HEAD_BYTES));
    const dataFrom = sealFrom - (seal?.frameBytes ?? 0);
    if (seal === null || seal.segment < this.segments || dataFrom < notBefore) return null;
    this.#prev = null;
    this.segments = seal.segment;
    this.notes = seal.epoch;
    this.nextSeq = seal.firstSeq;
    this.monoUs = seal.monoFirstUs;
    this.#at = dataFrom;
    this.#stage = 'segments';
    const step = await this.next();
    const agrees = step.kind === 'silence' || (step.kind === 'segment' && step.fault === null);
    return agrees ? step : null;
  }

  #isLinked(prev: Bytes): boolean {
    return this.#prev === null || equal(prev, this.#prev);
  }

  #wrongPlace(seal: Seal): string | null {
    if (seal.segment !== this.segments) return 'a seal is missing or stands twice';
    if (seal.firstSeq !== this.nextSeq) return 'records are missing or stand twice';
    if (seal.monoFirstUs < this.monoUs) return 'the seal begins before the one before has ended';
    if (seal.epoch !== this.notes) return 'a note is missing or stands twice';
    return null;
  }

  #wrongNote(note: SignedSessionNote): string | null {
    if (this.#sid !== '' && note.sid !== this.#sid) return 'a note is that of another session';
    if (note.epoch !== this.notes) return 'a note is missing or stands twice';
    if (note.seals !== this.segments || note.records !== this.nextSeq) return 'a note counts other records';
    const isLast = this.#stage === 'closing';
    return (note.next === null) === isLast ? null : 'a note ends the recording where it does not end';
  }

  #wrongFooter(footer: Footer): string | null {
    if (footer.seals !== this.segments || footer.records !== this.nextSeq)
      return 'the footer counts other records';
    if (footer.monoLastUs !== this.monoUs) return 'the footer names another end';
    const bytesDiffer = footer.rawBytes !== this.#rawBytes || footer.frameBytes !== this.#frameBytes;
    return this.#gapless && bytesDiffer ? 'the footer counts other bytes' : null;
  }

  #count(seal: Seal): void {
    this.segments++;
    this.nextSeq = seal.firstSeq + seal.records;
    this.monoUs = seal.monoLastUs;
    this.#rawBytes += seal.rawBytes;
    this.#frameBytes += seal.frameBytes;
  }

  #link(bytes: Bytes, frame: Found): void {
    this.#prev = sha256(bytes);
    this.#sizes.add(frame.to - frame.from, 0);
    this.#at = frame.to;
  }

  #bytes(frame: Found): Bytes | Promise<Bytes> {
    return this.#view(frame.from, frame.to - frame.from);
  }

  #view(from: number, bytes: number): Bytes | Promise<Bytes> {
    return this.#file.peek(from, bytes) ?? this.#file.view(from, bytes);
  }

  /** The first place of a pattern from `from` on; -1 if there is none. */
  async #find(pattern: Bytes, from: number): Promise<number> {
    for (let at = from; at < this.#file.bytes; at += SEARCH_BYTES) {
      const view = await this.#file.view(at, SEARCH_BYTES + pattern.length - 1);
      const found = Buffer.from(view.buffer, view.byteOffset, view.length).indexOf(pattern);
      if (found >= 0) return at + found;
    }
    return -1;
  }
}

function startsWith(frame: Bytes, text: string): boolean {
  return (
    Buffer.from(keep(frame.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + text.length))).toString('latin1') ===
    text
  );
}

function startOf(magic: number, bytes: number, text: string): Bytes {
  const start = Buffer.alloc(FRAME_HEAD_BYTES + text.length);
  start.writeUInt32LE(magic, 0);
  start.writeUInt32LE(bytes, 4);
  start.write(text, FRAME_HEAD_BYTES, 'latin1');
  return start;
}
