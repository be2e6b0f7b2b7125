/** Recordings taken apart and put together again, for tests that change them. */

import { FileWindow } from '../../recorder/file-window.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from '../../recorder/frame.ts';
import { type FrameKind, frameAt } from '../../recorder/frame-walk.ts';
import type { Verification } from '../../recorder/verification.ts';
import { type VerifyOptions, verifyFile } from '../../recorder/verify.ts';
import { memoryFile } from './disks.ts';

/** One frame with its bytes. */
export interface Part {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
}

/** The frames of a recording in order. */
export async function partsOf(content: Uint8Array): Promise<Part[]> {
  const window = new FileWindow(memoryFile(content), content.length);
  const parts: Part[] = [];
  for (let at = 0; ; ) {
    const frame = await frameAt(window, at);
    if (frame.found === 'end') return parts;
    if (frame.found !== 'frame') throw new Error(`no frame at ${at}`);
    parts.push({ kind: frame.kind, bytes: content.slice(frame.from, frame.to) });
    at = frame.to;
  }
}

/** The file of some frames. */
export function joined(parts: readonly Part[]): Uint8Array {
  return Buffer.concat(parts.map((part) => part.bytes));
}

/** A skippable frame of any kind. */
export function partOf(kind: FrameKind, body: Uint8Array): Part {
  return { kind, bytes: skippableFrame(MAGIC[kind], body) };
}

/** The body of a skippable frame. */
export function bodyOf(part: Part): Uint8Array {
  return part.bytes.subarray(FRAME_HEAD_BYTES);
}

/** Verifies bytes that lie in no archive. */
export function verifyBytes(content: Uint8Array, options: VerifyOptions = {}): Promise<Verification> {
  return verifyFile(memoryFile(content), '/nowhere/a/b/c/recording.pgr.zst', options);
}
