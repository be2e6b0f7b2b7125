/** What a verifier says of a recording: docs/formats/pgr-v1.md, "Verification". */
import type { Seal } from './seal.ts';

/** docs/formats/pgr-v1.md, "Verification", says when each is given. */
export type Status =
  | 'VALID'
  | 'VALID-REDACTED'
  | 'OPEN'
  | 'CRASH-TAIL'
  | 'TRUNCATED'
  | 'TAMPERED'
  | 'MISSING'
  | 'PURGED'
  | 'UNVERIFIABLE';

/** A place where the recording is not what was written. */
export interface Damage {
  readonly offset: number;
  /** Number of the segment that should stand there. */
  readonly segment: number;
  readonly why: string;
}

/** Records that hang together with the chain, both ends included. */
export interface TrustedRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface Verification {
  readonly path: string;
  readonly status: Status;
  /** One sentence. */
  readonly reason: string;
  /** Empty where the header is not readable. */
  readonly sid: string;
  readonly fileBytes: number;
  readonly seals: number;
  readonly records: number;
  readonly statements: number;
  readonly masked: number;
  readonly errors: number;
  readonly recovered: boolean;
  readonly encrypted: boolean;
  /** True if every record was decoded and checked; not so for `quick`, and for encrypted ones without a key. */
  readonly decoded: boolean;
  /** First offset that does not hold; null if all do. */
  readonly firstBadOffset: number | null;
  readonly damages: readonly Damage[];
  readonly damagesTotal: number;
  readonly trusted: readonly TrustedRange[];
  /** SHA-256 of the footer frame in hex: the recording's fingerprint; empty while it has none. */
  readonly digest: string;
  /** Notes in the file. */
  readonly notes: number;
  /** `yes`: every note by its own key, from a node that is trusted. `unknown`: by a node that is not known here. */
  readonly signed: 'yes' | 'no' | 'unknown';
  /** Names of the nodes' keys that signed. */
  readonly signers: readonly string[];
  /** What was removed by the rules. */
  readonly redactions: readonly RedactionFound[];
  /** What is no damage and yet not as it should be: times that do not agree with the log's. Absent where there is none. */
  readonly doubts?: readonly string[];
  /** SHA-256 in hex of the header frame and of each C frame; not enumerable. */
  readonly links: readonly string[];
}

/** A segment from which records were removed. */
export interface RedactionFound {
  readonly segment: number;
  readonly records: readonly number[];
  readonly reason: string;
  /** Names of those trusted to approve who have signed it. */
  readonly approvers: readonly string[];
}

/** Damages and ranges that are listed one by one. */
const LISTED_MAX = 100;

/** A verification that grows while the recording is walked. */
export class Report implements Verification {
  readonly path: string;
  status: Status = 'UNVERIFIABLE';
  reason = '';
  sid = '';
  fileBytes = 0;
  seals = 0;
  records = 0;
  statements = 0;
  masked = 0;
  errors = 0;
  recovered = false;
  encrypted = false;
  decoded = false;
  firstBadOffset: number | null = null;
  readonly damages: Damage[] = [];
  damagesTotal = 0;
  readonly trusted: TrustedRange[] = [];
  digest = '';
  notes = 0;
  signed: 'yes' | 'no' | 'unknown' = 'no';
  readonly signers: string[] = [];
  readonly redactions: RedactionFound[] = [];
  doubts?: string[];
  declare readonly links: string[];
  /** Wall times of header and footer, as the file has them; null where it has none. Not enumerable. */
  declare readonly times: { startedUs: number | null; endedUs: number | null };

  constructor(path: string) {
    this.path = path;
    Object.defineProperty(this, 'links', { value: [], enumerable: false });
    Object.defineProperty(this, 'times', { value: { startedUs: null, endedUs: null }, enumerable: false });
  }

  conclude(status: Status, reason: string): void {
    this.status = status;
    this.reason = reason;
  }

  damage(offset: number, segment: number, why: string): void {
    this.firstBadOffset = Math.min(offset, this.firstBadOffset ?? offset);
    this.damagesTotal++;
    if (this.damages.length >= LISTED_MAX) return;
    this.damages.push({ offset, segment, why });
    this.damages.sort((one, other) => one.offset - other.offset);
  }

  doubt(what: string): void {
    this.doubts ??= [];
    this.doubts.push(what);
  }

  count(seal: Seal): void {
    this.records += seal.records;
    this.statements += seal.statements;
    this.masked += seal.masked;
    this.errors += seal.errors;
  }

  /** Adds records that are contiguous with the last range, or begins a range. */
  trust(range: TrustedRange | null): void {
    if (range === null) return;
    const last = this.trusted.at(-1);
    if (last !== undefined && last.toSeq + 1 === range.fromSeq)
      this.trusted[this.trusted.length - 1] = { ...last, toSeq: range.toSeq };
    else if (this.trusted.length < LISTED_MAX) this.trusted.push(range);
  }
}

/** One sentence on what holds. */
export function whatAgrees({ encrypted, decoded }: Report): string {
  if (decoded) return 'All frames, records and links agree.';
  return encrypted
    ? 'All frames and links agree; the records are encrypted and were not looked into.'
    : 'All frames and links agree; the records were not looked into.';
}
