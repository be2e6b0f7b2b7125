/** Big-endian numbers in byte views: free functions for hot loops. Callers have checked the length. */
import type { Bytes } from './bytes.ts';

export function int16At(bytes: Bytes, at: number): number {
  return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;
}

export function int32At(bytes: Bytes, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

export function uint32At(bytes: Bytes, at: number): number {
  return int32At(bytes, at) >>> 0;
}

export function putInt16(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

export function putInt32(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}

/** Offset of the first zero byte in [from, to), or -1. */
export function zeroIn(bytes: Bytes, from: number, to: number): number {
  const at = bytes.indexOf(0, from);
  return at >= 0 && at < to ? at : -1;
}
