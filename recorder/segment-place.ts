/** Where a segment lies in its recording. */
import type { SegmentStep } from './chain-step.ts';
import type { Redaction } from './redaction.ts';
import type { Seal } from './seal.ts';

/** A segment's place in the file. */
export interface SegmentPlace {
  readonly seal: Seal;
  /** Offset and length of its data frame. */
  readonly from: number;
  readonly bytes: number;
  /** What was removed from it; null for a segment as it was recorded. */
  readonly redaction: Redaction | null;
}

/** The place of a segment that was walked over. Owned. */
export function placeOf({ seal, dataFrom: from, redaction, frame }: SegmentStep): SegmentPlace {
  const hashes = {
    frameSha256: Uint8Array.from(seal.frameSha256),
    recordsRoot: Uint8Array.from(seal.recordsRoot),
    prev: Uint8Array.from(seal.prev),
  };
  return { seal: { ...seal, ...hashes }, from, bytes: frame.length, redaction };
}
