/**
 * Says whether a recording is what was recorded: docs/formats/pgr-v1.md, "Verification". Never
 * throws on content. `quick` checks hashes, chain, counts and the end; `full` decodes each
 * segment and checks every record against its root as well.
 */

import { type Broken, ChainReader, type Incomplete, type Step } from './chain-reader.ts';
import { systemDisk } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { FOOTER_FLAG } from './footer.ts';
import { isLive, isUnfinished } from './journal-scan.ts';
import { recordFault } from './record-check.ts';
import { SEAL_FLAG } from './seal.ts';
import { openZstd, type Zstd } from './zstd.ts';

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
  /** First offset that does not hold; null if all do. */
  readonly firstBadOffset: number | null;
  readonly damages: readonly Damage[];
  readonly damagesTotal: number;
  readonly trusted: readonly TrustedRange[];
  /** SHA-256 of the footer frame in hex: the recording's fingerprint; empty while it has none. */
  readonly digest: string;
}

export interface VerifyOptions {
  readonly depth?: 'quick' | 'full';
}

/** Damages and ranges that are listed one by one. */
const LISTED_MAX = 100;

/** A recording may be completed while it is read: what looks cut off is looked at again. */
const ATTEMPTS_MAX = 3;
const ATTEMPT_MS = 300;

/** Verifies one file. Throws only where the file cannot be read at all. */
export async function verifyRecording(path: string, options: VerifyOptions = {}): Promise<Verification> {
  for (let attempt = 1; ; attempt++) {
    const report = await verifyOnce(path, options);
    if (report.status !== 'TRUNCATED' || attempt === ATTEMPTS_MAX || !(await isLive(path))) return report;
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
  }
}

async function verifyOnce(path: string, options: VerifyOptions): Promise<Verification> {
  const report = new Report(path);
  try {
    const file = await systemDisk.open(path, 'read');
    try {
      report.fileBytes = await file.size();
      const zstd = options.depth === 'quick' ? null : await openZstd();
      await new Verifier(new ChainReader(new FileWindow(file, report.fileBytes)), report, zstd).run();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    report.conclude('MISSING', 'There is no such file.');
  }
  return report;
}

class Report implements Verification {
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
  firstBadOffset: number | null = null;
  readonly damages: Damage[] = [];
  damagesTotal = 0;
  readonly trusted: TrustedRange[] = [];
  digest = '';

  constructor(path: string) {
    this.path = path;
  }

  conclude(status: Status, reason: string): void {
    this.status = status;
    this.reason = reason;
  }

  damage(offset: number, segment: number, why: string): void {
    this.firstBadOffset ??= offset;
    this.damagesTotal++;
    if (this.damages.length < LISTED_MAX) this.damages.push({ offset, segment, why });
  }

  /** Adds records that are contiguous with the last range, or begins a range. */
  trust(fromSeq: number, toSeq: number): void {
    const last = this.trusted.at(-1);
    if (last !== undefined && last.toSeq + 1 === fromSeq)
      this.trusted[this.trusted.length - 1] = { ...last, toSeq };
    else if (this.trusted.length < LISTED_MAX) this.trusted.push({ fromSeq, toSeq });
  }
}

class Verifier {
  readonly #reader: ChainReader;
  readonly #report: Report;
  readonly #zstd: Zstd | null;

  constructor(reader: ChainReader, report: Report, zstd: Zstd | null) {
    this.#reader = reader;
    this.#report = report;
    this.#zstd = zstd;
  }

  async run(): Promise<void> {
    for (;;) {
      const segment = this.#reader.segments;
      const step = await this.#reader.next();
      if (step.kind === 'complete') this.#complete();
      else if (step.kind === 'incomplete') await this.#incomplete(step);
      else if (step.kind !== 'broken') this.#take(step);
      else if (!(await this.#broken(step, segment))) return;
      if (step.kind === 'complete' || step.kind === 'incomplete') return;
    }
  }

  #take(step: Step): void {
    const report = this.#report;
    if (step.kind === 'header') report.sid = step.header.sid;
    if (step.kind === 'footer') {
      report.digest = Buffer.from(step.digest).toString('hex');
      report.recovered ||= (step.footer.flags & FOOTER_FLAG.recovered) !== 0;
    }
    if (step.kind !== 'segment' && step.kind !== 'silence') return;
    const { seal } = step;
    report.seals++;
    report.recovered ||= (seal.flags & SEAL_FLAG.recovered) !== 0;
    if (step.kind === 'silence') return;
    const fault = this.#zstd === null ? null : recordFault(this.#zstd, step.frame, seal);
    if (fault !== null) {
      report.damage(step.from, seal.segment, fault);
      return;
    }
    report.records += seal.records;
    report.statements += seal.statements;
    report.masked += seal.masked;
    report.errors += seal.errors;
    report.trust(seal.firstSeq, seal.firstSeq + seal.records - 1);
  }

  /** True if the walk can go on behind the damage. */
  async #broken(step: Broken, segment: number): Promise<boolean> {
    const report = this.#report;
    if (step.unknown && report.damagesTotal === 0) {
      report.conclude('UNVERIFIABLE', `This version cannot verify the recording: ${step.why}.`);
      return false;
    }
    const next = await this.#reader.resume(step.from);
    if (next === null && report.damagesTotal === 0 && !(await this.#reader.endsComplete(step.from))) {
      if (report.sid === '') report.conclude('UNVERIFIABLE', 'The file is not a recording of this format.');
      else await this.#incomplete({ kind: 'incomplete', from: step.from });
      return false;
    }
    report.damage(step.from, segment, step.why);
    report.conclude('TAMPERED', `The recording was changed: ${step.why}, at byte ${report.firstBadOffset}.`);
    if (next !== null) this.#take(next);
    return next !== null;
  }

  #complete(): void {
    if (this.#report.damagesTotal > 0) this.#tampered();
    else this.#report.conclude('VALID', 'All frames, records and links agree.');
  }

  async #incomplete(step: Incomplete): Promise<void> {
    const report = this.#report;
    if (report.damagesTotal > 0) {
      this.#tampered();
      return;
    }
    report.firstBadOffset = step.from < report.fileBytes ? step.from : null;
    const state = report.sid === '' ? null : await isUnfinished(report.path, report.sid);
    if (state === 'open') report.conclude('OPEN', 'The session is still being recorded.');
    else if (state === 'crashed')
      report.conclude(
        'CRASH-TAIL',
        'The recorder ended before the recording did; its next start completes it.',
      );
    else
      report.conclude('TRUNCATED', 'The end is missing, and no journal knows the recording as unfinished.');
  }

  #tampered(): void {
    const { firstBadOffset, damages } = this.#report;
    this.#report.conclude(
      'TAMPERED',
      `The recording was changed: ${damages[0]?.why}, at byte ${firstBadOffset}.`,
    );
  }
}
