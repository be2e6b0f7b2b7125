import type { Bytes } from '../base/bytes.ts';
import { ASSIGNER, classes, ESCAPE } from './kernels/classes.ts';
import { isAllocated, kernelNext } from './kernels/kernel.ts';
import { assigns, gapBytesMax, twinNext } from './kernels/twin.ts';

/** Below this many bytes a call of the kernel costs more than it saves. */
const KERNEL_BYTES_MIN = 64;

/** So few are searched sooner than it takes to ask where they lie. */
const SMALL_BYTES_MAX = 24;

/** Bytes that a number's first digit may begin with, in every spelling of base/character.ts. */
export const digitLeads: Uint8Array = leads('0123456789%\\&\xd9\xdb\xef');

/** A table of the bytes in `characters`. */
export function leads(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/**
 * The prefilter of everything that is card data: the first offset in [from, to) at which a number,
 * a track, a code or a PIN could start; `to` if there is none. Often before a harmless place,
 * never past a finding's first byte.
 */
export function next(bytes: Bytes, from: number, to: number): number {
  for (let at = Math.max(0, from - gapBytesMax); at < from; at++)
    if ((classes[bytes[at]!]! & (ASSIGNER | ESCAPE)) !== 0 && assigns(bytes, at, to)) return from;
  if (to - from < SMALL_BYTES_MAX) return twinNext(bytes, from, to);
  const small = to - from < KERNEL_BYTES_MIN && !isAllocated(bytes);
  return small ? twinNext(bytes, from, to) : kernelNext(bytes, from, to);
}
