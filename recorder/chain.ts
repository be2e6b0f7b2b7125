/**
 * The frames of a recording as they are written: each names the hash of the one before it that
 * is not a data frame. Pure; who calls it writes the bytes. docs/formats/pgr-v1.md, "Chain".
 */
import type { Bytes } from '../base/bytes.ts';
import type { FactSum } from './facts.ts';
import { encodeFooter, encodeIndex, FrameSizes } from './footer.ts';
import { NOTHING_SHA256, sha256 } from './hash.ts';
import { isEncrypted } from './header.ts';
import { recordingLimits } from './limits.ts';
import { encodeSeal, SEAL_FLAG, type Seal } from './seal.ts';

/** Wall time and how far it may be off; 2^32 - 1 where that is not known. */
export interface WallTime {
  readonly us: number;
  readonly errorUs: number;
}
export const WALL_ERROR_UNKNOWN = 0xffffffff;

/** A packed segment with what its seal says of it. */
export interface SegmentSummary {
  readonly frame: Bytes;
  readonly frameSha256: Bytes;
  readonly recordsRoot: Bytes;
  readonly records: number;
  readonly firstSeq: number;
  readonly rawBytes: number;
  readonly monoFirstUs: number;
  readonly monoLastUs: number;
  readonly facts: Readonly<FactSum>;
}

/** One line of the index: seal number, offset of the data frame, first_seq, dt_us, statements. */
type IndexLine = readonly [number, number, number, number, number];

/** The state of one file being written: offset, counters, the hash of the last link. */
export class Chain {
  /** Offset of the next frame. */
  position = 0;
  seals = 0;
  nextSeq = 0;
  monoLastUs = 0;
  #isEncrypted = false;
  /** Notes so far: the epoch of the next one. */
  notes = 0;
  /** Frames that no note covers yet. */
  unsigned: Bytes[] = [];
  readonly #keepsUnsigned: boolean;
  #prev: Bytes = NOTHING_SHA256;
  #rawBytes = 0;
  #frameBytes = 0;
  readonly #sizes: FrameSizes = new FrameSizes();
  #lines: IndexLine[] = [];
  #stride = 1;
  #segments = 0;

  /** `keepsUnsigned`: for a recording that is to be signed. */
  constructor(keepsUnsigned = false) {
    this.#keepsUnsigned = keepsUnsigned;
  }

  /** SHA-256 of the last frame that is not a data frame. */
  get head(): Bytes {
    return this.#prev;
  }

  /** The header frame: the first link. */
  begin(header: Bytes): void {
    this.#isEncrypted = isEncrypted(header);
    this.#link(header);
  }

  /** A seal that stands in the file already, with its segment. */
  adopt(seal: Seal): void {
    const { frameBytes, rawBytes, monoFirstUs, firstSeq, statements } = seal;
    if (frameBytes > 0) this.#count({ frameBytes, rawBytes, monoFirstUs, firstSeq, statements });
    this.nextSeq = firstSeq + seal.records;
    this.monoLastUs = seal.monoLastUs;
    this.seals++;
    this.#link(encodeSeal(seal));
  }

  /** A note over all before it: one that was just signed, or one that stands in the file already. */
  note(frame: Bytes): void {
    this.#link(frame);
    this.notes++;
    this.unsigned = [];
  }

  /** The data frame and its seal, in the order in which they stand in the file. */
  seal(segment: SegmentSummary, wall: WallTime, flags: number): readonly Bytes[] {
    const { rawBytes, monoFirstUs, firstSeq } = segment;
    const frameBytes = segment.frame.length;
    this.#count({ frameBytes, rawBytes, monoFirstUs, firstSeq, statements: segment.facts.statements });
    this.nextSeq = firstSeq + segment.records;
    this.monoLastUs = segment.monoLastUs;
    const { facts } = segment;
    const counts = {
      kinds: facts.kinds,
      statements: facts.statements,
      masked: facts.masked,
      errors: facts.errors,
    };
    return [
      segment.frame,
      this.#sealFrame(
        { ...segment, ...counts, frameBytes: segment.frame.length },
        wall,
        this.#isEncrypted ? flags | SEAL_FLAG.encrypted : flags,
      ),
    ];
  }

  /** A seal over silence. */
  heartbeat(monoUs: number, wall: WallTime): Bytes {
    this.monoLastUs = Math.max(this.monoLastUs, monoUs);
    const silence = {
      firstSeq: this.nextSeq,
      records: 0,
      rawBytes: 0,
      frameBytes: 0,
      monoFirstUs: this.monoLastUs,
      monoLastUs: this.monoLastUs,
      kinds: 0,
      statements: 0,
      masked: 0,
      errors: 0,
      frameSha256: NOTHING_SHA256,
      recordsRoot: NOTHING_SHA256,
    };
    return this.#sealFrame(silence, wall, SEAL_FLAG.heartbeat);
  }

  /** The seal of a plain copy: what another file's says, over the data frame that stands here. */
  copy(seal: Seal, frame: Bytes | null): Bytes {
    const frameBytes = frame?.length ?? 0;
    const { rawBytes, monoFirstUs, firstSeq, statements } = seal;
    if (frame !== null) this.#count({ frameBytes, rawBytes, monoFirstUs, firstSeq, statements });
    this.nextSeq = firstSeq + seal.records;
    this.monoLastUs = seal.monoLastUs;
    const wall = { us: seal.wallUs, errorUs: seal.wallErrorUs };
    const frameSha256 = frame === null ? NOTHING_SHA256 : sha256(frame);
    return this.#sealFrame({ ...seal, frameBytes, frameSha256 }, wall, seal.flags & ~SEAL_FLAG.encrypted);
  }

  /** Index and footer; a note may follow them, then the seek table does. */
  finish(wall: WallTime, flags: number, map: Readonly<Record<string, unknown>>): readonly Bytes[] {
    const index = encodeIndex(this.#prev, { stride: this.#stride, segments: this.#lines });
    this.#link(index);
    const footer = encodeFooter({
      flags,
      seals: this.seals,
      records: this.nextSeq,
      rawBytes: this.#rawBytes,
      frameBytes: this.#frameBytes,
      monoLastUs: this.monoLastUs,
      wallUs: wall.us,
      wallErrorUs: wall.errorUs,
      head: this.#prev,
      map,
    });
    this.#link(footer);
    return [index, footer];
  }

  /** Index and footer as they stand in the file already. */
  adoptEnd(frames: readonly Bytes[]): void {
    for (const frame of frames) this.#link(frame);
  }

  /** The seek table: nothing follows it. */
  table(): Bytes {
    const table = this.#sizes.encode();
    this.position += table.length;
    return table;
  }

  #sealFrame(about: SealContent, wall: WallTime, flags: number): Bytes {
    const times = { wallUs: wall.us, wallErrorUs: wall.errorUs };
    const frame = encodeSeal({
      ...about,
      ...times,
      flags,
      epoch: this.notes,
      segment: this.seals,
      prev: this.#prev,
    });
    this.seals++;
    this.#link(frame);
    return frame;
  }

  #link(frame: Bytes): void {
    this.#prev = sha256(frame);
    if (this.#keepsUnsigned) this.unsigned.push(frame);
    this.#sizes.add(frame.length, 0);
    this.position += frame.length;
  }

  /** Past the limit the index thins itself out: every second segment, then every fourth, ... */
  #count(segment: Counted): void {
    if (this.#segments++ % this.#stride === 0) {
      const { firstSeq, monoFirstUs, statements } = segment;
      this.#lines.push([this.seals, this.position, firstSeq, monoFirstUs, statements]);
    }
    if (this.#lines.length >= recordingLimits.indexSegmentsMax) {
      this.#lines = this.#lines.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
    }
    // To whom has no key an encrypted segment is a frame without content.
    this.#sizes.add(segment.frameBytes, this.#isEncrypted ? 0 : segment.rawBytes);
    this.position += segment.frameBytes;
    this.#rawBytes += segment.rawBytes;
    this.#frameBytes += segment.frameBytes;
  }
}

type Counted = Pick<Seal, 'frameBytes' | 'rawBytes' | 'monoFirstUs' | 'firstSeq' | 'statements'>;
type SealContent = Omit<
  Parameters<typeof encodeSeal>[0],
  'flags' | 'epoch' | 'segment' | 'prev' | 'wallUs' | 'wallErrorUs'
>;
