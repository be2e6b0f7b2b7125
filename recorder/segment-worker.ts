/**
 * Runs in the pool: packs one segment. The buffer comes by transfer and goes back with the
 * frame, so that neither is copied and the buffer is used again.
 */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { SessionKeys } from './envelope.ts';
import { closeSegment, packSegment } from './segment.ts';
import { openZstd } from './zstd.ts';

/** The raw records: the first `length` bytes of a buffer that is transferred. */
export interface SegmentTask {
  readonly buffer: ArrayBuffer;
  readonly length: number;
  /** zstd's compression level. */
  readonly level: number;
  /** Encrypts the frame; null for a plain recording. */
  readonly close: Closing | null;
}

/** How to encrypt a segment. */
export interface Closing {
  readonly keys: SessionKeys;
  readonly firstSeq: number;
}

/** The packed segment, and the buffer back. */
export interface SegmentResult {
  readonly buffer: ArrayBuffer;
  readonly frame: Uint8Array;
  readonly frameSha256: Uint8Array;
  readonly recordsRoot: Uint8Array;
  readonly records: number;
}

/**
 * Packs one segment; throws `archive-damaged` if it is not one. The engine is opened with the first
 * task and not with the module: a thread that is ended while a module waits for something may take
 * the process along, and the pool ends none that has a task.
 */
export default async function pack(task: SegmentTask): Promise<unknown> {
  const zstd = await openZstd();
  const packed = closeSegment(
    packSegment(zstd, new Uint8Array(task.buffer, 0, task.length), task.level),
    task.close,
  );
  const frame = owned(packed.frame);
  const result: SegmentResult = {
    buffer: task.buffer,
    frame,
    frameSha256: Uint8Array.from(packed.frameSha256),
    recordsRoot: Uint8Array.from(packed.recordsRoot),
    records: packed.records,
  };
  return move({ [transferableSymbol]: [task.buffer, frame.buffer], [valueSymbol]: result });
}

/** Transferring a view takes its whole buffer along: a view of a larger one is copied first. */
function owned(view: Uint8Array): Uint8Array {
  return view.byteLength === view.buffer.byteLength ? view : Uint8Array.from(view);
}
