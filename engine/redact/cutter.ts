/**
 * Cuts an input into pieces that threads clean on their own, with the same result as one that
 * cleans the whole: every piece comes with what stands around it, and no finding crosses a cut.
 */
import { type Bytes, keep } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { bounds } from './bounds.ts';
import type { Chunk, Format } from './chunk.ts';
import { fill, type Intake } from './intake.ts';
import { QuoteCount } from './quotes.ts';

const NEWLINE = 10;

/** How to cut. */
export interface CutterOptions {
  readonly format: Format;
  readonly cleaner: Cleaner;
  readonly chunkBytes: number;
  /** Gives memory of at least so many bytes, all of it ours. */
  readonly memory: (bytes: number) => Bytes;
}

/** One input in pieces. */
export class Cutter {
  readonly #intake: Intake;
  readonly #options: CutterOptions;
  readonly #quotes: QuoteCount = new QuoteCount();
  /** What the next piece begins with: context, then bytes that are not handed out yet. */
  #carried: Bytes = new Uint8Array(0);
  #contextBytes = 0;
  #at = 0;
  #ended = false;

  constructor(intake: Intake, options: CutterOptions) {
    this.#intake = intake;
    this.#options = options;
  }

  /** The next piece; null at the end. Throws `limit-exceeded` for a record that is too long. */
  async next(): Promise<Chunk | null> {
    let bodyBytes = this.#options.chunkBytes;
    let { memory, view, isFull } = await this.#filled(bodyBytes);
    let to = this.#cut(view, isFull);
    while (to === null) {
      if (isFull) bodyBytes *= 2;
      ({ memory, view, isFull } = await this.#filled(bodyBytes));
      to = this.#cut(view, isFull);
    }
    return to === this.#contextBytes ? null : this.#handOut(memory, view, to, !isFull && !this.#ended);
  }

  #handOut(memory: Bytes, view: Bytes, to: number, isIdle: boolean): Chunk {
    const from = this.#contextBytes;
    const end = Math.min(view.length, to + bounds.lookaheadBytes);
    const isLast = this.#ended && to === view.length;
    const chunk = { bytes: memory, from, to, end, at: this.#at, isLast, isIdle };
    this.#at += to - from;
    this.#contextBytes = Math.min(to, bounds.contextBytes);
    this.#carried = keep(view.subarray(to - this.#contextBytes));
    return chunk;
  }

  /** Memory with what is carried over and as much new as fits, or as an idle input gives. */
  async #filled(bodyBytes: number): Promise<{ memory: Bytes; view: Bytes; isFull: boolean }> {
    const size = Math.max(this.#carried.length, bounds.contextBytes + bodyBytes) + bounds.lookaheadBytes;
    const memory = this.#options.memory(size);
    memory.set(this.#carried);
    let length = this.#carried.length;
    if (!this.#ended) {
      const { count, isEnd } = await fill(this.#intake, memory.subarray(length), bounds.idleMs);
      this.#ended = isEnd;
      length += count;
    }
    const view = memory.subarray(0, length);
    this.#carried = view;
    return { memory, view, isFull: length === memory.length };
  }

  /** Where the piece ends; null if more must be read to tell. */
  #cut(view: Bytes, isFull: boolean): number | null {
    const isSmall = view.length - this.#contextBytes <= this.#options.chunkBytes + bounds.lookaheadBytes;
    if (this.#ended && isSmall) return this.#take(view, view.length);
    if (!this.#ended && !isFull) return this.#cutIdle(view);
    const limit = view.length - bounds.lookaheadBytes;
    const newline = this.#cutAtNewline(view, limit);
    if (newline !== null) return this.#take(view, newline);
    if (this.#options.format === 'text') return this.#take(view, this.#cutAnywhere(view, limit));
    if (this.#ended) return this.#take(view, view.length);
    if (view.length < bounds.recordBytesMax) return null;
    throw new PangateError(
      'limit-exceeded',
      `a record is longer than ${bounds.recordBytesMax} bytes`,
      'Use --format text, or look for a quote that is never closed.',
    );
  }

  /** An idle input: all whole lines. */
  #cutIdle(view: Bytes): number | null {
    const newline = this.#cutAtNewline(view, view.length);
    return newline === null ? null : this.#take(view, newline);
  }

  #take(view: Bytes, to: number): number {
    if (this.#options.format === 'csv') this.#quotes.advance(view, this.#contextBytes, to);
    return to;
  }

  #cutAtNewline(view: Bytes, limit: number): number | null {
    let to = limit;
    for (let tries = 0; tries < bounds.cutTriesMax; tries++) {
      to = view.lastIndexOf(NEWLINE, to - 1) + 1;
      if (to <= this.#contextBytes) return null;
      const isOpen = this.#options.format === 'csv' && this.#quotes.isOpenAt(view, this.#contextBytes, to);
      if (!isOpen && !this.#crossed(view, to)) return to;
      to--;
    }
    return null;
  }

  /** Inside a line: any place that no finding crosses. */
  #cutAnywhere(view: Bytes, limit: number): number {
    for (let to = limit; to > limit - bounds.lookaheadBytes && to > this.#contextBytes; to--)
      if (!this.#crossed(view, to)) return to;
    throw new PangateError('limit-exceeded', 'findings without an end', 'Is this input text?');
  }

  #crossed(view: Bytes, to: number): boolean {
    const from = Math.max(0, to - bounds.lookaheadBytes - bounds.contextBytes);
    const around = view.subarray(from, to + bounds.lookaheadBytes);
    return this.#options.cleaner
      .find(around, ANYWHERE)
      .some((finding) => finding.from + from < to && finding.to + from > to);
  }
}
