/**
 * Read buffers. A quiet connection keeps a small one; a busy one borrows large ones from here.
 * They lie in the detection kernel's memory as long as that has room, so that the prefilter
 * searches them without a copy; beyond that they are plain memory.
 */
import type { Bytes } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';
import { allocate } from '../detectors/index.ts';

/** Buffers of the kernel's memory, never given up; plain ones kept for reuse, the rest is garbage. */
const LENT_MAX = 64;
const PLAIN_MAX = 16;
const lent: Bytes[] = [];
const plain: Bytes[] = [];
let memory: ArrayBufferLike | null = null;
let allocated = 0;

/** A large buffer of `limits.readBytesMax` bytes; its content is old. */
export function borrow(): Bytes {
  const buffer = lent.pop();
  if (buffer) return buffer;
  if (allocated < LENT_MAX) return allocateLent();
  return plain.pop() ?? Buffer.allocUnsafeSlow(limits.readBytesMax);
}

function allocateLent(): Bytes {
  allocated++;
  const buffer = allocate(limits.readBytesMax);
  memory ??= buffer.buffer;
  return buffer;
}

/** Takes a large buffer back; others are ignored. The caller holds no view of it any more. */
export function giveBack(buffer: Bytes): void {
  if (buffer.length !== limits.readBytesMax) return;
  if (buffer.buffer === memory) lent.push(buffer);
  else if (plain.length < PLAIN_MAX) plain.push(buffer);
}
