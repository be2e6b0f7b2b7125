import type { Bytes } from '../base/bytes.ts';
import { FRAMED } from '../base/finding.ts';
import { kernelNext, searchInPlace } from './kernels/kernel.ts';
import { mayBeValue, twinSearch } from './kernels/twin.ts';

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
export function next(bytes: Bytes, from: number, to: number, framing: number = FRAMED): number {
  if (to - from < SMALL_BYTES_MAX) return twinSearch(bytes, from, to, framing);
  const found = searchInPlace(bytes, from, to, framing);
  if (found >= 0) return found;
  if (to - from < KERNEL_BYTES_MIN) return twinSearch(bytes, from, to, framing);
  return mayBeValue(bytes, from, to) ? from : kernelNext(bytes, from, to, framing);
}
