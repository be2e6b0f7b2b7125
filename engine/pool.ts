/**
 * Read buffers. A quiet connection keeps a small one; a busy one borrows large ones from here.
 * Buffers are plain memory unless the detection kernel lends its own (`lendBuffers`), in which
 * case a scan needs no copy.
 */
import type { Bytes } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';

/** Large buffers kept for reuse; more are left to the garbage collector. */
const FREE_MAX = 32;
const free: Bytes[] = [];
let lender: ((bytes: number) => Bytes | null) | null = null;

/** Lets `lend` supply large buffers: it gives null when it has none left. */
export function lendBuffers(lend: (bytes: number) => Bytes | null): void {
  lender = lend;
}

/** A large buffer of `limits.readBytesMax` bytes; its content is old. */
export function borrow(): Bytes {
  return free.pop() ?? lender?.(limits.readBytesMax) ?? Buffer.allocUnsafeSlow(limits.readBytesMax);
}

/** Takes a large buffer back; others are ignored. The caller holds no view of it any more. */
export function giveBack(buffer: Bytes): void {
  if (buffer.length === limits.readBytesMax && free.length < FREE_MAX) free.push(buffer);
}
