import type { Bytes } from '../base/bytes.ts';
import { ANYWHERE, type Detector, type Finding, type Place, type Undecided } from '../base/finding.ts';
import { leads } from './sieve.ts';

/** What is particular to a detector of other data than card data. */
export interface Particulars {
  readonly kind: string;
  readonly reachBytesMax: number;
  /** Bytes that a finding may begin with. */
  readonly leads: string;
  /** Only what begins with the one `lead` may need more than `beyondBytes`. */
  readonly far?: { readonly lead: number; readonly beyondBytes: number };
  /** Whether it may begin right behind a digit. */
  readonly inside: boolean;
  next(bytes: Bytes, from: number, to: number, framing?: number): number;
  judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null;
  /** As of Detector. */
  readonly heeds?: (place: Place) => boolean;
}

/**
 * A detector of other data than card data. It yields: where card data begins inside one of its
 * findings and ends behind it, the finding ends before. What is open at the end of the bytes is
 * found by asking.
 */
export function yielding({
  kind,
  reachBytesMax,
  leads: first,
  far = { lead: -1, beyondBytes: reachBytesMax },
  inside,
  next,
  judge,
  heeds,
}: Particulars): Detector {
  const table = leads(first);
  const isOpen = (bytes: Bytes, at: number): boolean => judge(bytes, at, false, ANYWHERE) === 'undecided';
  return {
    kind,
    reachBytesMax,
    leads: table,
    leadsInside: inside ? table : leads(''),
    yields: true,
    next,
    open: (bytes, from) => {
      const near = Math.max(from, bytes.length - far.beyondBytes);
      let at = Math.max(from, bytes.length - reachBytesMax);
      for (; at < near; at++) if (bytes[at] === far.lead && isOpen(bytes, at)) return at;
      while (at < bytes.length && !(table[bytes[at]!] === 1 && isOpen(bytes, at))) at++;
      return at;
    },
    judge,
    ...(heeds && { heeds }),
  };
}
