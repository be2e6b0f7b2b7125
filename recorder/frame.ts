/**
 * Frames of a recording: zstd frames with records and skippable frames with everything else
 * (RFC 8878 sections 3.1.1 and 3.1.2). The extent of a zstd frame is found by walking its
 * blocks here, because decoders differ in what they do with bytes after a frame.
 */
import type { Bytes } from '../base/bytes.ts';

/** Magic numbers: docs/formats/pgr-v1.md, "Frames". */
export const MAGIC = {
  header: 0x184d2a50,
  seal: 0x184d2a51,
  checkpoint: 0x184d2a52,
  footer: 0x184d2a53,
  index: 0x184d2a54,
  encrypted: 0x184d2a55,
  redaction: 0x184d2a56,
  seekTable: 0x184d2a5e,
  data: 0xfd2fb528,
} as const;

/** Magic and size of a skippable frame. */
export const FRAME_HEAD_BYTES = 8;

/** The unsigned little-endian number at an offset. */
export function uint32(bytes: Bytes, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** A skippable frame around a body: magic, size, body. Owned. */
export function skippableFrame(magic: number, body: Bytes): Bytes {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + body.length);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(body.length, 4);
  frame.set(body, FRAME_HEAD_BYTES);
  return frame;
}

/** What a zstd frame says of itself. */
export interface DataFrame {
  /** Length of the frame with its checksum. */
  readonly bytes: number;
  /** Declared length of its content. */
  readonly contentBytes: number;
}

/**
 * The extent of the zstd frame that starts at `from`. Null unless it is whole, declares its
 * content's length, carries a checksum, has no dictionary and no reserved bit: what a
 * recording's frames are.
 */
export function dataFrame(bytes: Bytes, from: number, to: number): DataFrame | null {
  const head = frameHead(bytes, from, to);
  if (head === null || !head.checksum) return null;
  const end = blocksEnd(bytes, head.blocksFrom, to);
  if (end < 0 || end + 4 > to) return null;
  return { bytes: end + 4 - from, contentBytes: head.contentBytes };
}

/** Frame_Header of RFC 8878 section 3.1.1.1. */
export interface FrameHead {
  readonly contentBytes: number;
  readonly checksum: boolean;
  readonly blocksFrom: number;
}

/** Longest frame header: magic, descriptor, window, dictionary, content size. */
export const FRAME_HEADER_BYTES_MAX = 18;

/** Null where the head is cut off, is not zstd's, or does not declare a content size. */
export function frameHead(bytes: Bytes, from: number, to: number): FrameHead | null {
  if (from + 6 > to || uint32(bytes, from) !== MAGIC.data) return null;
  const descriptor = bytes[from + 4]!;
  const single = (descriptor & 0x20) !== 0;
  const sizeCode = descriptor >> 6;
  if ((descriptor & 0x1b) !== 0 || (sizeCode === 0 && !single)) return null;
  const at = from + 5 + (single ? 0 : 1);
  const width = 1 << sizeCode;
  if (at + width > to) return null;
  let contentBytes = sizeCode === 1 ? 256 : 0;
  for (let i = 0; i < width; i++) contentBytes += bytes[at + i]! * 256 ** i;
  return { contentBytes, checksum: (descriptor & 4) !== 0, blocksFrom: at + width };
}

/** The offset after the last block; -1 if the blocks are cut off or of a reserved type. */
export function blocksEnd(bytes: Bytes, from: number, to: number): number {
  let at = from;
  for (;;) {
    if (at + 3 > to) return -1;
    const block = blockHead(bytes, at);
    if (block.bytes < 0) return -1;
    at += 3 + block.bytes;
    if (at > to) return -1;
    if (block.last) return at;
  }
}

/** Block_Header of RFC 8878 section 3.1.1.2; `bytes` of its content as stored, -1 if reserved. */
export function blockHead(bytes: Bytes, at: number): { readonly last: boolean; readonly bytes: number } {
  const head = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  const type = (head >> 1) & 3;
  return { last: (head & 1) !== 0, bytes: type === 3 ? -1 : type === 1 ? 1 : head >> 3 };
}
