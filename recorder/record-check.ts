/** Checks the records of one segment against its seal: docs/formats/pgr-v1.md, "Segment". */
import { type Bytes, equal } from '../base/bytes.ts';
import { openSegment, type SessionKeys } from './envelope.ts';
import { recordingLimits } from './limits.ts';
import { readRecordPlace } from './record.ts';
import { redactedRoot, removedIn } from './redacted-segment.ts';
import type { Redaction } from './redaction.ts';
import type { Seal } from './seal.ts';
import { recordEnds, segmentRoot } from './segment.ts';
import type { Zstd } from './zstd.ts';

/** A segment's content, or what is wrong with it. */
export type SegmentContent = { readonly raw: Bytes; readonly fault: null } | { readonly fault: string };

/**
 * Decodes a segment and checks all of it but the frame's own hash, which was checked before.
 * `keys`: the session's, for an encrypted one. `redaction`: what was removed from it.
 */
export function segmentContent(
  zstd: Zstd,
  frame: Bytes,
  seal: Seal,
  keys: SessionKeys | null = null,
  redaction: Redaction | null = null,
): SegmentContent {
  const data = keys === null ? frame : openSegment(keys, frame, seal.firstSeq);
  if (data === null) return { fault: 'an encrypted segment does not open' };
  try {
    const raw = zstd.decompress(data, recordingLimits.segmentRawBytesMax);
    const fault = redaction === null ? contentFault(raw, seal) : redactedFault(raw, seal, redaction);
    return fault === null ? { raw, fault } : { fault };
  } catch {
    return { fault: 'a segment does not decode' };
  }
}

/** As `segmentContent`, by length alone: the frame's hash stands for the rest. */
export function quickContent(
  zstd: Zstd,
  frame: Bytes,
  seal: Seal,
  keys: SessionKeys | null = null,
): SegmentContent {
  const data = keys === null ? frame : openSegment(keys, frame, seal.firstSeq);
  if (data === null) return { fault: 'an encrypted segment does not open' };
  try {
    const raw = zstd.decompress(data, recordingLimits.segmentRawBytesMax);
    return raw.length === seal.rawBytes
      ? { raw, fault: null }
      : { fault: 'a segment has not the length that its seal names' };
  } catch {
    return { fault: 'a segment does not decode' };
  }
}

function contentFault(raw: Bytes, seal: Seal): string | null {
  if (raw.length !== seal.rawBytes) return 'a segment has not the length that its seal names';
  const ends = recordEnds(raw);
  if (ends.length !== seal.records) return 'a segment has not the records that its seal counts';
  if (!equal(segmentRoot(raw, ends), seal.recordsRoot))
    return 'a segment has not the root that its seal names';
  return orderFault(raw, ends, seal);
}

/** The records that remain, and the leaves of those that do not, have the root of what was recorded. */
function redactedFault(raw: Bytes, seal: Seal, { records }: Redaction): string | null {
  const ends = recordEnds(raw);
  if (ends.length !== seal.records) return 'a redacted segment has not the records that its seal counts';
  if (!equal(redactedRoot(raw), seal.recordsRoot))
    return 'a redacted segment has not the root that its seal names';
  const removed = removedIn(raw);
  if (removed.length !== records.length || removed.some((seq, i) => seq !== records[i]))
    return 'other records were removed than the redaction says';
  return orderFault(raw, ends, seal);
}

/** Sequence numbers ascend by one; times never step back and begin and end as sealed. */
function orderFault(raw: Bytes, ends: Uint32Array, seal: Seal): string | null {
  let monoUs = seal.monoFirstUs;
  for (let i = 0, from = 0; i < ends.length; from = ends[i++]!) {
    const head = readRecordPlace(raw, from);
    if (head === null) return 'a record is malformed';
    if (head.seq !== seal.firstSeq + i) return 'a record has not the number that follows';
    if (head.dtUs < monoUs || (i === 0 && head.dtUs !== monoUs)) return 'a record stands outside its time';
    monoUs = head.dtUs;
  }
  return monoUs === seal.monoLastUs ? null : 'a record stands outside its time';
}
