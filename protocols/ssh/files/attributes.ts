/**
 * ATTRS (draft-ietf-secsh-filexfer-02, 5): flags uint32 | size uint64 | uid, gid uint32 |
 * permissions uint32 | atime, mtime uint32 | count uint32 | count x (type string, data string).
 */
import { uint32At } from '../../../base/binary.ts';
import type { Bytes } from '../../../base/bytes.ts';
import { type Fields, malformed } from '../message.ts';

const SIZE = 0x1;
const OWNER = 0x2;
const PERMISSIONS = 0x4;
const TIMES = 0x8;
const EXTENDED = 0x8000_0000;
/** Pairs of an extension; OpenSSH has none. */
const PAIRS_MAX = 64;

/** What attributes say that recordings tell. */
export interface Attributes {
  readonly size?: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Reads them; `each` takes every string in them. Throws `message-unknown` for flags that version 3 has not. */
export function attributes(fields: Fields, each: (text: Bytes) => void): Attributes {
  const flags = fields.uint32();
  if ((flags & ~(SIZE | OWNER | PERMISSIONS | TIMES | EXTENDED)) !== 0) throw malformed();
  const size = (flags & SIZE) !== 0 ? { size: uint64Of(fields) } : {};
  const owner = (flags & OWNER) !== 0 ? { uid: fields.uint32(), gid: fields.uint32() } : {};
  const mode = (flags & PERMISSIONS) !== 0 ? { mode: fields.uint32() } : {};
  if ((flags & TIMES) !== 0) for (let i = 0; i < 2; i++) fields.uint32();
  const pairs = (flags & EXTENDED) !== 0 ? fields.uint32() : 0;
  if (pairs > PAIRS_MAX) throw malformed();
  for (let i = 0; i < 2 * pairs; i++) each(fields.string());
  return { ...size, ...owner, ...mode };
}

/** A number of 64 bits; beyond 2^53 it is not exact. */
export function uint64Of(fields: Fields): number {
  return fields.uint32() * 0x1_0000_0000 + fields.uint32();
}

/** Throws where a message has more than its fields. */
export function atEnd(fields: Fields): void {
  if (fields.rest().length > 0) throw malformed();
}

/** The number of the request that a packet is, or answers. */
export function idOf(packet: Bytes): number {
  if (packet.length < 9) throw malformed();
  return uint32At(packet, 5);
}
