/** What the parts of one session share. */
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import type { Outlet } from '../../base/host.ts';
import type { HostKeyProofs } from './host-key-proofs.ts';
import type { TargetOptions } from './target-options.ts';
import type { Transcript } from './transcript.ts';

export interface Shared {
  readonly cleaner: Cleaner;
  readonly outlet: Outlet;
  readonly transcript: Transcript;
  readonly options: TargetOptions;
  /** Null where the client is told of no host keys. */
  readonly proofs: HostKeyProofs | null;
  /** Throws `limit-exceeded` where a count has reached its limit. */
  bound(count: number, most: number): void;
}

/** As `Shared.bound`. */
export function bound(count: number, most: number): void {
  if (count >= most) throw new PangateError('limit-exceeded', 'Too many requests wait for an answer.');
}
