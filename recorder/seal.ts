/** The seal of a segment: docs/formats/pgr-v1.md, "Seal" (S). */
import type { Bytes } from '../base/bytes.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { MAGIC, skippableFrame } from './frame.ts';
import { NOTHING_SHA256 } from './hash.ts';

/** Bits of a seal's flags. */
export const SEAL_FLAG = { recovered: 1, redacted: 2, heartbeat: 4, encrypted: 8 } as const;
const FLAGS_KNOWN = 15;
/** Length of a seal without the head of its frame. */
export const SEAL_BODY_BYTES = 178;
const VERSION = 1;

/** What a seal says of its segment. */
export interface Seal {
  readonly flags: number;
  /** Notes before it: the epoch of the note that will cover it. */
  readonly epoch: number;
  /** Number of the seal in its file, from 0. */
  readonly segment: number;
  readonly firstSeq: number;
  readonly records: number;
  readonly rawBytes: number;
  readonly frameBytes: number;
  readonly monoFirstUs: number;
  readonly monoLastUs: number;
  readonly wallUs: number;
  readonly wallErrorUs: number;
  /** Bits of `FACT`. */
  readonly kinds: number;
  readonly statements: number;
  readonly masked: number;
  readonly errors: number;
  /** SHA-256 of the data frame as stored; of nothing if there is none. */
  readonly frameSha256: Bytes;
  readonly recordsRoot: Bytes;
  /** SHA-256 of the skippable frame before: header, seal or checkpoint. */
  readonly prev: Bytes;
}

/** The whole skippable frame, owned. */
export function encodeSeal(seal: Seal): Bytes {
  const fields = new FieldWriter(SEAL_BODY_BYTES);
  fields.ascii('PGS1').uint8(VERSION).uint8(seal.flags).uint32(seal.epoch).uint32(seal.segment);
  fields.int64(seal.firstSeq).uint32(seal.records).uint32(seal.rawBytes).uint32(seal.frameBytes);
  fields.int64(seal.monoFirstUs).int64(seal.monoLastUs).int64(seal.wallUs).uint32(seal.wallErrorUs);
  fields.int64(seal.kinds).uint32(seal.statements).uint32(seal.masked).uint32(seal.errors);
  fields.bytes(seal.frameSha256).bytes(seal.recordsRoot).bytes(seal.prev);
  return skippableFrame(MAGIC.seal, fields.body);
}

/** Null if the body is not a seal of this version in its one form. Hashes are views. */
export function decodeSeal(body: Bytes): Seal | null {
  const fields = new FieldReader(body);
  if (fields.ascii(4) !== 'PGS1' || fields.uint8() !== VERSION) return null;
  const seal = readFields(fields);
  return fields.whole && consistent(seal) ? seal : null;
}

function readFields(fields: FieldReader): Seal {
  return {
    flags: fields.uint8(),
    epoch: fields.uint32(),
    segment: fields.uint32(),
    firstSeq: fields.uint64(),
    records: fields.uint32(),
    rawBytes: fields.uint32(),
    frameBytes: fields.uint32(),
    monoFirstUs: fields.uint64(),
    monoLastUs: fields.uint64(),
    wallUs: fields.int64(),
    wallErrorUs: fields.uint32(),
    kinds: fields.uint64(),
    statements: fields.uint32(),
    masked: fields.uint32(),
    errors: fields.uint32(),
    frameSha256: fields.bytes(32),
    recordsRoot: fields.bytes(32),
    prev: fields.bytes(32),
  };
}

function consistent(seal: Seal): boolean {
  if ((seal.flags & ~FLAGS_KNOWN) !== 0 || seal.monoLastUs < seal.monoFirstUs) return false;
  if ((seal.flags & SEAL_FLAG.heartbeat) === 0)
    return seal.records > 0 && seal.rawBytes > 0 && seal.frameBytes > 0;
  const empty = seal.records === 0 && seal.rawBytes === 0 && seal.frameBytes === 0 && seal.kinds === 0;
  return (
    empty && NOTHING_SHA256.every((byte, i) => byte === seal.frameSha256[i] && byte === seal.recordsRoot[i])
  );
}
