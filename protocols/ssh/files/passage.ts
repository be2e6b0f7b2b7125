/**
 * What of a file has passed in one direction: its bytes, masked, up to the cap of recordings, and
 * the SHA-256 of all of them where they passed without a gap.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Bytes } from '../../../base/bytes.ts';
import { FACT } from '../../../base/recording.ts';
import type { Transcript } from '../transcript.ts';

/** Whose it is, in recordings. */
export interface PassageOf {
  readonly ch: number;
  /** The number of the opened file. */
  readonly file: number;
  readonly of: 'read' | 'write';
}

export class Passage {
  readonly #transcript: Transcript;
  readonly #place: PassageOf;
  readonly #hash: Hash = createHash('sha256');
  #recordedBytesMax: number;
  /** The first offset, and the one that continues what has passed. */
  #from = -1;
  #next = -1;
  /** Stretches without a gap. */
  #stretches = 0;
  #bytes = 0;
  masked = 0;

  constructor(transcript: Transcript, place: PassageOf) {
    this.#transcript = transcript;
    this.#place = place;
    this.#recordedBytesMax = transcript.bytesMax;
  }

  /**
   * Bytes are about to pass at an offset: where that begins a stretch it is recorded, before
   * anything of it is sent; how far it went is told at the end, or by what follows.
   */
  begin(at: number): void {
    if (at === this.#next) return;
    if (this.#stretches++ === 0) this.#from = at;
    this.#next = at;
    const { ch, file, of } = this.#place;
    this.#transcript.event('tty.file', { ch, op: of, file, off: at }, FACT.fileTransfer);
  }

  /** Bytes that pass at that offset, masked. */
  add(at: number, bytes: Bytes): void {
    this.begin(at);
    this.#next = at + bytes.length;
    this.#bytes += bytes.length;
    if (this.#stretches === 1) this.#hash.update(bytes);
    const recorded = bytes.subarray(0, Math.max(0, this.#recordedBytesMax));
    this.#recordedBytesMax -= bytes.length;
    if (recorded.length === 0) return;
    const { ch, file, of } = this.#place;
    this.#transcript.event('tty.data', { ch, file, of, off: at, d: recorded }, FACT.fileTransfer);
  }

  /** What is recorded at the end; null where nothing has passed. */
  end(): Readonly<Record<string, unknown>> | null {
    if (this.#stretches === 0) return null;
    const digest = this.#stretches === 1 ? { sha256: this.#hash.digest() } : { stretches: this.#stretches };
    return {
      bytes: this.#bytes,
      from: this.#from,
      ...digest,
      ...(this.masked > 0 && { masked: this.masked }),
    };
  }
}
