/**
 * A segment: the records between two seals, and what is computed from them. Pure; runs in the
 * pool's workers when writing and wherever a recording is read. docs/formats/pgr-v1.md,
 * "Segment".
 */
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { type SessionKeys, sealSegment } from './envelope.ts';
import { sha256 } from './hash.ts';
import { leavesOf, rootOf, SEED_BYTES } from './merkle.ts';
import { readRecordHead } from './record.ts';
import { valueEnd } from './value.ts';
import type { Zstd } from './zstd.ts';

const ZSTD_LEVEL = 3;
/** `{"s": <bin 32>}`, the map of a seed record, up to the seed. */
const SEED_MAP: Bytes = Uint8Array.of(0x81, 0xa1, 0x73, 0xc4, SEED_BYTES);
export const SEED_TYPE = 'seed';

/** What a seal needs to know of its segment. */
export interface PackedSegment {
  readonly frame: Bytes;
  readonly frameSha256: Bytes;
  readonly recordsRoot: Bytes;
  readonly records: number;
}

/** Compresses and hashes. Throws `archive-damaged` if `raw` is not whole records behind a seed. */
export function packSegment(zstd: Zstd, raw: Bytes, level: number = ZSTD_LEVEL): PackedSegment {
  const ends = recordEnds(raw);
  const recordsRoot = segmentRoot(raw, ends);
  const frame = zstd.compress(raw, level);
  return { frame, frameSha256: sha256(frame), recordsRoot, records: ends.length };
}

/** The same segment as an encrypted frame; as it is for a plain recording. */
export function closeSegment(
  packed: PackedSegment,
  close: { readonly keys: SessionKeys; readonly firstSeq: number } | null,
): PackedSegment {
  if (close === null) return packed;
  const frame = sealSegment(close.keys, packed.frame, close.firstSeq);
  return { ...packed, frame, frameSha256: sha256(frame) };
}

/** The records root. Throws `archive-damaged` if the first record is not a seed. */
export function segmentRoot(raw: Bytes, ends: Uint32Array): Bytes {
  const seed = seedOf(raw, 0, ends[0] ?? 0);
  if (seed === null) throw new PangateError('archive-damaged', 'a segment does not begin with its seed');
  return rootOf(leavesOf(raw, ends, seed));
}

/** The map of a seed record. */
export function encodeSeedBody(seed: Bytes): Bytes {
  const body = new Uint8Array(SEED_MAP.length + SEED_BYTES);
  body.set(SEED_MAP);
  body.set(seed, SEED_MAP.length);
  return body;
}

/** The seed in the record at [from, to); null if it is not a seed record. */
export function seedOf(raw: Bytes, from: number, to: number): Bytes | null {
  const head = readRecordHead(raw, from, to);
  if (head === null || head.type !== SEED_TYPE) return null;
  if (head.to - head.bodyFrom !== SEED_MAP.length + SEED_BYTES) return null;
  for (let i = 0; i < SEED_MAP.length; i++) if (raw[head.bodyFrom + i] !== SEED_MAP[i]) return null;
  return raw.subarray(head.to - SEED_BYTES, head.to);
}

/** The offset after each record. Throws `archive-damaged` unless they fill `raw` exactly. */
export function recordEnds(raw: Bytes): Uint32Array {
  let ends = new Uint32Array(1024);
  let count = 0;
  for (let at = 0; at < raw.length; ) {
    at = valueEnd(raw, at, raw.length);
    if (at < 0) throw new PangateError('archive-damaged', 'a segment holds something that is not a record');
    if (count === ends.length) {
      const longer = new Uint32Array(count * 4);
      longer.set(ends);
      ends = longer;
    }
    ends[count++] = at;
  }
  return ends.subarray(0, count);
}
