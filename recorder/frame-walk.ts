/** Finds the frames of a file one after the other: docs/formats/pgr-v1.md, "Frames". */
import type { Bytes } from '../base/bytes.ts';
import type { FileWindow } from './file-window.ts';
import { blockHead, FRAME_HEAD_BYTES, FRAME_HEADER_BYTES_MAX, frameHead, MAGIC, uint32 } from './frame.ts';
import { recordingLimits } from './limits.ts';
import { SEAL_BODY_BYTES } from './seal.ts';

/** Kinds of frames, as the format names them. */
export type FrameKind = keyof typeof MAGIC;

/** Where a frame lies, or why there is none: the file ends inside it (`cut`), or it is not one (`bad`). */
export type FrameFound =
  | {
      readonly found: 'frame';
      readonly kind: FrameKind;
      readonly from: number;
      readonly to: number;
      readonly contentBytes: number;
    }
  | { readonly found: 'end'; readonly from: number }
  | { readonly found: 'cut'; readonly from: number }
  | { readonly found: 'bad'; readonly from: number; readonly why: string };

const kinds: ReadonlyMap<number, FrameKind> = new Map(
  Object.entries(MAGIC).map(([kind, magic]) => [magic, kind as FrameKind]),
);

const BODY_BYTES_MAX: Readonly<Record<FrameKind, number>> = {
  header: recordingLimits.headerBytesMax,
  seal: SEAL_BODY_BYTES,
  checkpoint: recordingLimits.checkpointBytesMax,
  redaction: recordingLimits.redactionBytesMax,
  footer: recordingLimits.footerBytesMax,
  index: recordingLimits.indexBytesMax,
  encrypted: recordingLimits.segmentFrameBytesMax,
  seekTable: recordingLimits.framesMax * 8 + 9,
  data: recordingLimits.segmentFrameBytesMax,
};

/** The frame at an offset. Reads heads only. */
export async function frameAt(file: FileWindow, from: number): Promise<FrameFound> {
  if (from >= file.bytes) return { found: 'end', from };
  const head = file.peek(from, FRAME_HEADER_BYTES_MAX) ?? (await file.view(from, FRAME_HEADER_BYTES_MAX));
  if (head.length < 4) return { found: 'cut', from };
  const kind = kinds.get(uint32(head, 0));
  if (kind === undefined) return { found: 'bad', from, why: 'no frame of a recording begins here' };
  if (kind === 'data') return dataFrameAt(file, from, head);
  if (head.length < FRAME_HEAD_BYTES) return { found: 'cut', from };
  const bytes = uint32(head, 4);
  if (bytes > BODY_BYTES_MAX[kind])
    return { found: 'bad', from, why: `a ${kind} frame of impossible length` };
  const to = from + FRAME_HEAD_BYTES + bytes;
  return to > file.bytes ? { found: 'cut', from } : { found: 'frame', kind, from, to, contentBytes: 0 };
}

async function dataFrameAt(file: FileWindow, from: number, view: Bytes): Promise<FrameFound> {
  const head = frameHead(view, 0, view.length);
  if (head === null) {
    if (view.length < FRAME_HEADER_BYTES_MAX) return { found: 'cut', from };
    return { found: 'bad', from, why: 'a data frame with a header that recordings do not have' };
  }
  const { contentBytes, checksum } = head;
  if (!checksum || contentBytes > recordingLimits.segmentRawBytesMax)
    return { found: 'bad', from, why: 'a data frame without checksum, or of impossible length' };
  let at = from + head.blocksFrom;
  for (let last = false; !last; ) {
    const block = file.peek(at, 3) ?? (await file.view(at, 3));
    if (block.length < 3) return { found: 'cut', from };
    const { last: isLast, bytes } = blockHead(block, 0);
    if (bytes < 0) return { found: 'bad', from, why: 'a data frame with a block of no known type' };
    at += 3 + bytes;
    if (at - from > BODY_BYTES_MAX.data)
      return { found: 'bad', from, why: 'a data frame of impossible length' };
    last = isLast;
  }
  const to = at + 4;
  return to > file.bytes ? { found: 'cut', from } : { found: 'frame', kind: 'data', from, to, contentBytes };
}
