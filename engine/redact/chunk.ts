/** What offline redaction hands from hand to hand: a piece of one input, cut where it is safe. */
import type { Bytes } from '../../base/bytes.ts';

/** How the text of an input is to be read. */
export type Format = 'text' | 'ndjson' | 'csv';

/** One piece: `bytes[from .. to)`, with as much around it as a judgement may look at. */
export interface Chunk {
  /** A whole memory of its own: it may be handed to another thread. */
  readonly bytes: Bytes;
  readonly from: number;
  readonly to: number;
  /** End of what follows as context. */
  readonly end: number;
  /** Offset of `from` in the input's text. */
  readonly at: number;
  /** Nothing follows. */
  readonly isLast: boolean;
  /** The input gives no more for now: what is clean goes out. */
  readonly isIdle: boolean;
}

/** A finding for reports. Never holds a value. */
export interface Sighting {
  readonly kind: string;
  /** Offsets in the input's text, decompressed and in UTF-8. */
  readonly from: number;
  readonly to: number;
  /** From 1, in this piece: the first line of the piece is 1. */
  readonly line: number;
  /** Starts with `not-` for a number that was looked at and not taken; only if those were asked for. */
  readonly reason: string;
  /** What stands there once it is masked; only if asked for, and where masking has kept all lengths. */
  readonly example?: string;
}

/** What is said of each finding: nothing, its masked form too, and of numbers not taken why not. */
export type Detail = 'plain' | 'examples' | 'reasons';

/** A cleaned piece. */
export interface Cleaned {
  /** The masked text; a view of the chunk's own memory where no length has changed. */
  readonly bytes: Bytes;
  /** Findings by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Only if asked for. */
  readonly sightings: readonly Sighting[];
  /** Line breaks in the piece; only counted if sightings were asked for. */
  readonly lines: number;
}
