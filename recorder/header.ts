/** The first frame of a recording: docs/formats/pgr-v1.md, "Header" (H). */
import type { Bytes } from '../base/bytes.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from './frame.ts';
import { decodeMap, isSid } from './plain.ts';
import { encodeValue } from './record.ts';

const VERSION = 1;
const PRELUDE_BYTES = 48;
/** Bit 3: the recording is encrypted (E frames); the others are reserved. */
const FLAGS_KNOWN = 8;

/** What a header says of the session. */
export interface Header {
  readonly flags: number;
  readonly sid: string;
  /** Wall time of dt_us 0. */
  readonly wallUs: number;
  readonly wallErrorUs: number;
  /** `node`, `boot`, `ordinal`, `gateway`, ...; unknown keys are kept. */
  readonly map: Readonly<Record<string, unknown>>;
}

/** Bits of a header's flags. */
export const HEADER_FLAG = { encrypted: 8 } as const;

/** True for the header frame of an encrypted recording. */
export function isEncrypted(frame: Bytes): boolean {
  return (frame[FRAME_HEAD_BYTES + 5]! & HEADER_FLAG.encrypted) !== 0;
}

/** The whole skippable frame, owned. */
export function encodeHeader(header: Header): Bytes {
  const map = encodeValue(header.map);
  const fields = new FieldWriter(PRELUDE_BYTES + map.length);
  fields.ascii('PGH1').uint8(VERSION).uint8(header.flags).uint16(0).ascii(header.sid);
  fields.int64(header.wallUs).uint32(header.wallErrorUs).uint16(0).bytes(map);
  return skippableFrame(MAGIC.header, fields.body);
}

/** Null if the body is not a header of this version in its one form. */
export function decodeHeader(body: Bytes): Header | null {
  const fields = new FieldReader(body);
  if (fields.ascii(4) !== 'PGH1' || fields.uint8() !== VERSION) return null;
  const flags = fields.uint8();
  const reserved = fields.uint16();
  const sid = fields.ascii(26);
  const wallUs = fields.int64();
  const wallErrorUs = fields.uint32();
  if (fields.uint16() !== 0 || reserved !== 0 || (flags & ~FLAGS_KNOWN) !== 0) return null;
  if (fields.bad || !isSid(sid)) return null;
  const map = decodeMap(body.subarray(PRELUDE_BYTES));
  return map === null ? null : { flags, sid, wallUs, wallErrorUs, map };
}
