/** Who signs recordings and keeps the log, as the recorder sees it. */
import type { Bytes } from '../base/bytes.ts';
import type { AuditLog } from '../base/recording.ts';

/** A sealer, here or in another process. */
export interface Notary extends AuditLog {
  /**
   * Signs a session as far as `frames` go: those frames, without data frames, that follow what
   * it has signed of the session before. `end`: the last of them is the footer. The C frame, once
   * its entry is in the log. Rejects with `seal-refused` for frames that do not follow, else with
   * `record-failed`.
   */
  sign(sid: string, frames: readonly Bytes[], end: boolean): Promise<Bytes>;
  /** The last C frame of a session; null if it has none. */
  last(sid: string): Promise<Bytes | null>;
  /** Says how many records of sessions the journal has accepted, beyond what is sealed. */
  acknowledge(heads: readonly AcknowledgedHead[]): Promise<void>;
  /** Why it does not answer now, and since when; null while it does. */
  readonly trouble: { readonly error: Error; readonly sinceUs: number } | null;
}

/** A session's id and its records so far. */
export type AcknowledgedHead = readonly [sid: string, records: number];
