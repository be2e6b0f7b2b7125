/**
 * Change detection (PCI DSS 10.3.4): verifies all recordings of an archive one after the other, no
 * quicker than it is told to, so that it can run beside a gateway.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status, Verification } from './verification.ts';

/** What a scrub has seen so far. */
export interface ScrubSums {
  /** Recordings by their status. */
  readonly statuses: Partial<Record<Status, number>>;
  bytes: number;
  recordings: number;
}

/** How to go about it. */
export interface ScrubOptions {
  /** Bytes of files a second, on average; one recording is read without a pause. */
  readonly bytesPerSecond: number;
  /** Told of each recording that is not as it should be, as soon as that is known. */
  readonly onFinding: (report: Verification) => Promise<void>;
  /** Ends the scrub between two recordings. */
  readonly signal?: AbortSignal;
}

/** A recording that is open is as it should be. */
const FINE: ReadonlySet<Status> = new Set(['VALID', 'VALID-REDACTED', 'PURGED', 'OPEN']);

/** Verifies what `reports` gives, at the rate. */
export async function scrub(
  reports: AsyncIterable<Verification>,
  { bytesPerSecond, onFinding, signal }: ScrubOptions,
): Promise<ScrubSums> {
  const sums: ScrubSums = { statuses: {}, bytes: 0, recordings: 0 };
  const beganMs = performance.now();
  for await (const report of reports) {
    const { status, fileBytes } = report;
    sums.statuses[status] = (sums.statuses[status] ?? 0) + 1;
    sums.bytes += fileBytes;
    sums.recordings++;
    if (!FINE.has(status)) await onFinding(report);
    const aheadMs = (sums.bytes / bytesPerSecond) * 1000 - (performance.now() - beganMs);
    if (aheadMs > 0) await sleep(aheadMs, undefined, signal && { signal }).catch(() => undefined);
    if (signal?.aborted) break;
  }
  return sums;
}
