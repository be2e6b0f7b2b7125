/**
 * The frames of a zstd file (RFC 8878 section 3), walked one by one and decompressed one at a
 * time: no library in Node reads several frames, skippable frames and torn ones alike. Apart
 * from the recorder's own reader on purpose: neither can hide a mistake of the other.
 */
import { decompress } from '@cloudpss/zstd';
import type { Bytes } from '../../base/bytes.ts';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_BYTES_MAX = 131_072;
const DID_BYTES = [0, 1, 2, 4];
const FCS_BYTES = [0, 2, 4, 8];

/** What lies in a file, part by part: frames decompressed, all else as it is. */
export function* contents(file: Bytes): Generator<{ readonly from: number; readonly bytes: Bytes }> {
  let from = 0;
  while (from < file.length) {
    const view = new DataView(file.buffer, file.byteOffset + from, file.length - from);
    const magic = view.byteLength >= 8 ? view.getUint32(0, true) : 0;
    const size = magic === FRAME_MAGIC ? frameBytes(view) : skippableBytes(view, magic);
    if (size === 0 || size > view.byteLength) {
      if (magic === FRAME_MAGIC) yield { from, bytes: torn(view) };
      return yield { from, bytes: file.subarray(from) };
    }
    const frame = file.subarray(from, from + size);
    yield { from, bytes: magic === FRAME_MAGIC ? decompress(frame) : frame.subarray(8) };
    from += size;
  }
}

function skippableBytes(view: DataView, magic: number): number {
  return magic >>> 4 === SKIPPABLE_MAGIC >>> 4 ? 8 + view.getUint32(4, true) : 0;
}

/** Size of the frame that starts here, or 0 if its end is not there. */
function frameBytes(view: DataView): number {
  const end = blocksEnd(view);
  return end.last ? end.at + (view.getUint8(4) & 4 ? 4 : 0) : 0;
}

/** Where the last whole block ends, and whether it is the frame's last. */
function blocksEnd(view: DataView): { at: number; last: boolean } {
  let at = headerBytes(view);
  while (at + 3 <= view.byteLength) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const size = ((header >>> 1) & 3) === 1 ? 1 : header >>> 3;
    if (at + 3 + size > view.byteLength) break;
    at += 3 + size;
    if (header & 1) return { at, last: true };
  }
  return { at, last: false };
}

function headerBytes(view: DataView): number {
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  const contentSize = descriptor >>> 6 === 0 && single ? 1 : FCS_BYTES[descriptor >>> 6]!;
  return 5 + (single ? 0 : 1) + DID_BYTES[descriptor & 3]! + contentSize;
}

/**
 * The whole blocks of a frame whose end is missing, as a frame of their own: an empty last
 * block is put behind them, and the header loses its checksum flag and its content size.
 */
function torn(view: DataView): Bytes {
  const { at } = blocksEnd(view);
  const header = headerBytes(view);
  if (at <= header) return new Uint8Array(0);
  const blocks = new Uint8Array(view.buffer, view.byteOffset + header, at - header);
  const frame = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowByte(view)]),
    blocks,
    Buffer.from([1, 0, 0]),
  ]);
  return decompress(frame);
}

/** A window descriptor for the same window: the frame's own, or one for its whole content. */
function windowByte(view: DataView): number {
  const descriptor = view.getUint8(4);
  return descriptor & 0x20 ? (Math.ceil(Math.log2(64 * BLOCK_BYTES_MAX)) - 10) << 3 : view.getUint8(5);
}
