import type { Bytes } from './bytes.ts';

/**
 * One record of a session before it has its number and its time. `data` holds named values of
 * plain msgpack types, already masked. `tail` is one more named value that the caller has
 * encoded as msgpack itself (rows, at wire speed); it is copied as it is.
 */
export interface Entry {
  /** `s.open`, `sql.q`, ... docs/formats/pgr-v1.md lists them. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly tail?: { readonly name: string; readonly msgpack: Bytes };
  /** Events of interest that the seal counts and flags. */
  readonly facts?: Facts;
}

/** What one record adds to its segment's seal. */
export interface Facts {
  readonly statements?: number;
  readonly masked?: number;
  readonly errors?: number;
  /** Event kinds, bits of `FACT`. */
  readonly kinds?: number;
}

/** Bits of a seal's `agg_bits`. */
export const FACT = {
  statement: 0x001,
  rows: 0x002,
  masked: 0x004,
  deny: 0x008,
  error: 0x010,
  approval: 0x020,
  fileTransfer: 0x040,
  copyIn: 0x080,
  copyOut: 0x100,
  gap: 0x200,
  terminal: 0x400,
  alert: 0x800,
} as const;

/**
 * Records one session. Never blocks and never throws: a failure is sticky, shows in `failure`,
 * and is told to `onProgress` like an acceptance. Who must not send what is not recorded
 * compares `accepted` with the number that `write` gave.
 */
export interface Recorder {
  /** The session's id, 26 characters, sorts by time. */
  readonly sid: string;
  /** Takes a record (views in it are copied before return); gives its sequence number. */
  write(entry: Entry): number;
  /** All records up to and including this number outlive the process, if not a loss of power. */
  readonly written: number;
  /** All records up to and including this number are accepted by the journal; -1 before the first. */
  readonly accepted: number;
  /** Bytes written and not yet accepted, or not yet taken to be compressed: the caller stops reading above its limit. */
  readonly pendingBytes: number;
  /** Somebody waits until what was written is accepted: without that it may take a few milliseconds longer. */
  hasten(): void;
  /** Null while all is well. */
  readonly failure: Error | null;
  /** Called after `written` or `accepted` has grown or `failure` was set. One listener; set before the first write. */
  onProgress: (() => void) | null;
  /** Writes `s.close`, seals, and resolves when the recording is complete and durable. */
  close(why: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What `s.open` says: who, what kind, when, result, from where, on what (PCI DSS 10.2.2). */
export interface SessionOpening {
  readonly protocol: string;
  readonly user: { readonly id: string; readonly method: string; readonly groups: readonly string[] };
  readonly client: {
    readonly address: string;
    readonly port: number;
    readonly application: string;
    readonly tls: string;
  };
  readonly target: {
    readonly name: string;
    readonly address: string;
    readonly database: string;
    readonly version: string;
    readonly tls: string;
  };
  readonly rules: { readonly digest: string };
  readonly configDigest: string;
  readonly result: 'success' | 'failure';
}

/** One entry of the log over all sessions; plain msgpack values, at most 65,535 bytes, no card data. */
export interface AuditEntry {
  /** `view`, `export`, `hold`, `purge`, `config`, ... docs/formats/pgr-v1.md lists them. */
  readonly type: string;
  readonly [name: string]: unknown;
}

/** The append-only log over all sessions. */
export interface AuditLog {
  /**
   * Resolves with the entry's number when it is on the medium and under a signed checkpoint.
   * Rejects with `record-failed` if that cannot be: what has to be logged is then not done.
   */
  append(entry: AuditEntry): Promise<number>;
  close(): Promise<void>;
}

/** All recordings of one gateway process. */
export interface Archive {
  /** The log over all sessions; null where the archive has none. */
  readonly log?: AuditLog | null;
  /** Strict: unrecorded is unsent. Best-effort: losses become `gap` records and alerts. */
  readonly mode: 'strict' | 'best-effort';
  /** Why no session may begin at this moment; null or missing if one may. */
  readonly refusal?: Error | null;
  open(opening: SessionOpening): Recorder;
  /** Seals what is open and lets go of files and workers. */
  close(): Promise<void>;
}
