/**
 * Says whether a recording is what was recorded: docs/formats/pgr-v1.md, "Verification". Never
 * throws on content. `quick` checks hashes, chain, counts and the end; `full` decodes each
 * segment and checks every record against its root as well.
 */

import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { ChainReader } from './chain-reader.ts';
import type { Broken, Incomplete, SegmentStep, Step } from './chain-step.ts';
import { type DiskFile, systemDisk } from './disk.ts';
import type { SessionKeys } from './envelope.ts';
import { FileWindow } from './file-window.ts';
import { FOOTER_FLAG } from './footer.ts';
import { sha256 } from './hash.ts';
import { HEADER_FLAG, type Header } from './header.ts';
import { isLive, isUnfinished, journaledStart } from './journal-scan.ts';
import type { VerifierKey } from './log/note.ts';
import type { Identity } from './recipient.ts';
import { segmentContent } from './record-check.ts';
import { APPROVERS_MIN, approversOf, type SignedRedaction } from './redaction.ts';
import { SEAL_FLAG, type Seal } from './seal.ts';
import { isNodeNote, type SignedSessionNote, signerOf } from './session-note.ts';
import { Report, type TrustedRange, type Verification, whatAgrees } from './verification.ts';
import { keysOf } from './wrapped-key.ts';
import { openZstd, type Zstd } from './zstd.ts';

export interface VerifyOptions {
  readonly depth?: 'quick' | 'full';
  /** Recipients' keys, for encrypted recordings: without one their records are not looked into. */
  readonly identities?: readonly Identity[];
  /** Keys of nodes that are trusted to sign: then what is not signed is not valid. */
  readonly nodes?: readonly VerifierKey[];
  /** Keys of those who are trusted to approve redactions; two of them must have. */
  readonly approvers?: readonly VerifierKey[];
  /** Decodes only segments with records of this range; the rest as `quick` does. */
  readonly range?: TrustedRange;
}

/** A recording may be completed while it is read: what looks cut off is looked at again. */
const ATTEMPTS_MAX = 3;
const ATTEMPT_MS = 300;

/** Verifies one file. Throws `file-unreadable` only where the file is there and cannot be read. */
export async function verifyRecording(path: string, options: VerifyOptions = {}): Promise<Verification> {
  for (let attempt = 1; ; attempt++) {
    const report = await verifyOnce(path, options);
    if (report.status !== 'TRUNCATED' || attempt === ATTEMPTS_MAX || !(await isLive(path))) return report;
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
  }
}

async function verifyOnce(path: string, options: VerifyOptions): Promise<Verification> {
  try {
    const file = await systemDisk.open(path, 'read');
    try {
      return await verifyFile(file, path, options);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new PangateError('file-unreadable', `cannot read the recording: ${(error as Error).message}`);
    const report = new Report(path);
    report.conclude('MISSING', 'There is no such file.');
    await notYetThere(report);
    return report;
  }
}

/** A recording comes after its first record: what the journal holds from its beginning is not missing. */
async function notYetThere(report: Report): Promise<void> {
  const sid = /([0-9A-Z]{26})\.pgr\.zst$/.exec(report.path)?.[1] ?? '';
  if ((await journaledStart(report.path, sid)) === null) return;
  const state = await isUnfinished(report.path, sid);
  if (state === 'open') report.conclude('OPEN', 'The session is being recorded; its file comes next.');
  else if (state === 'crashed')
    report.conclude('CRASH-TAIL', 'The recorder ended before the file was there; its next start makes it.');
}

/** Verifies an open file; `path` says which archive it belongs to. */
export async function verifyFile(
  file: DiskFile,
  path: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const report = new Report(path);
  report.fileBytes = await file.size();
  const zstd = options.depth === 'quick' ? null : await openZstd();
  const reader = new ChainReader(new FileWindow(file, report.fileBytes));
  await new Verifier(reader, report, zstd, options).run();
  return report;
}

/** A part of the recording that the next link is to confirm. */
interface Unconfirmed {
  readonly from: number;
  readonly segment: number;
  readonly what: string;
  /** Its records; null if there are none, or none that hold. */
  readonly range: TrustedRange | null;
}

class Verifier {
  readonly #reader: ChainReader;
  readonly #report: Report;
  readonly #identities: readonly Identity[];
  /** Null where records are not looked into. */
  #zstd: Zstd | null;
  #keys: SessionKeys | null = null;
  /** The part before, and the one before that if the two do not agree. */
  #last: Unconfirmed | null = null;
  #suspect: Unconfirmed | null = null;
  /** The key of the next note, by its epoch. */
  #key: { readonly epoch: number; readonly publicKey: Bytes } | null = null;
  readonly #nodes: readonly VerifierKey[] | null;
  readonly #approvers: readonly VerifierKey[] | null;
  readonly #range: TrustedRange | null;

  constructor(reader: ChainReader, report: Report, zstd: Zstd | null, options: VerifyOptions) {
    this.#identities = options.identities ?? [];
    this.#nodes = options.nodes ?? null;
    this.#approvers = options.approvers ?? null;
    this.#range = options.range ?? null;
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
      else if (step.kind !== 'broken') {
        if (step.kind === 'header') await this.#open(step.header);
        this.#take(step, segment);
      } else if (!(await this.#broken(step, segment))) return;
      if (step.kind === 'complete' || step.kind === 'incomplete') return;
    }
  }

  async #open(header: Header): Promise<void> {
    const { path } = this.#report;
    this.#report.encrypted = (header.flags & HEADER_FLAG.encrypted) !== 0;
    if (this.#report.encrypted && this.#zstd !== null) {
      this.#keys = await keysOf(path, header, this.#identities).catch(() => null);
      if (this.#keys === null) this.#zstd = null;
    }
    this.#report.decoded = this.#zstd !== null && this.#range === null;
  }

  #take(step: Taken, segment: number): void {
    const report = this.#report;
    this.#confirm(step.kind === 'header' || step.linked);
    if (step.kind === 'header') {
      report.sid = step.header.sid;
      report.times.startedUs = step.header.wallUs;
    }
    if (step.kind === 'footer') {
      report.times.endedUs = step.footer.wallUs;
      report.digest = Buffer.from(step.digest).toString('hex');
      report.recovered ||= (step.footer.flags & FOOTER_FLAG.recovered) !== 0;
    }
    if (step.kind === 'segment' || step.kind === 'silence') {
      report.seals++;
      report.recovered ||= (step.seal.flags & SEAL_FLAG.recovered) !== 0;
    }
    if (step.kind === 'header') report.links.push(hashOf(step.frame));
    if (step.kind === 'note') {
      this.#note(step.note, step.from);
      report.links.push(hashOf(step.frame));
    }
    const range = step.kind === 'segment' ? this.#records(step) : null;
    this.#last = { from: step.from, segment, what: step.kind, range };
  }

  /** Each note by the key that the one before names, or by a node: docs/formats/pgr-v1.md, "Checkpoint". */
  #note(note: SignedSessionNote, from: number): void {
    const report = this.#report;
    const key = this.#key?.epoch === note.epoch ? this.#key.publicKey : null;
    const signer = signerOf(note, key, this.#nodes ?? []);
    report.notes++;
    this.#key = note.next === null ? null : { epoch: note.epoch + 1, publicKey: note.next };
    if (signer === 'epoch') return;
    const { name } = note.note.signatures[0]!;
    if (isNodeNote(note)) {
      if (!report.signers.includes(name)) report.signers.push(name);
      if (signer === 'node') report.signed = report.signed === 'no' ? 'yes' : report.signed;
      else if (this.#nodes === null) report.signed = 'unknown';
      else report.damage(from, this.#reader.segments, 'a note is signed by no node that is trusted');
      return;
    }
    // Behind damage the key may not be known; what is reported is the damage.
    if (key === null && report.damagesTotal > 0) return;
    report.damage(from, this.#reader.segments, 'a note is not signed by the key that the one before names');
  }

  /** The records of a segment; null if they do not hold. */
  #records(step: SegmentStep): TrustedRange | null {
    const { seal, from } = step;
    if (step.redaction !== null) this.#redaction(step.redaction, from);
    const fault = step.fault ?? this.#contentFault(step);
    if (fault !== null) {
      this.#report.damage(from, seal.segment, fault);
      return null;
    }
    this.#report.count(seal);
    return { fromSeq: seal.firstSeq, toSeq: seal.firstSeq + seal.records - 1 };
  }

  #redaction(redaction: SignedRedaction, from: number): void {
    const { segment, records, reason } = redaction;
    const approvers = approversOf(redaction, this.#approvers ?? []);
    this.#report.redactions.push({ segment, records, reason, approvers });
    if (this.#approvers !== null && approvers.length < APPROVERS_MIN)
      this.#report.damage(from, segment, 'records were removed without the leave of two approvers');
  }

  #contentFault({ seal, frame, redaction }: SegmentStep): string | null {
    const isClosed = (seal.flags & SEAL_FLAG.encrypted) !== 0 && this.#keys === null;
    if (this.#zstd === null || isClosed || !this.#isAsked(seal)) return null;
    return segmentContent(this.#zstd, frame, seal, this.#keys, redaction).fault;
  }

  #isAsked({ firstSeq, records }: Seal): boolean {
    const range = this.#range;
    return range === null || (firstSeq <= range.toSeq && firstSeq + records > range.fromSeq);
  }

  /**
   * A link that holds confirms the part before it. Of two that do not agree, the later one is
   * right if the link after it holds, and wrong if that does not hold either.
   */
  #confirm(linked: boolean): void {
    const [last, suspect] = [this.#last, this.#suspect];
    this.#suspect = null;
    if (linked) {
      if (suspect !== null) this.#changed(suspect);
      this.#report.trust(last?.range ?? null);
    } else if (suspect !== null) {
      this.#report.trust(suspect.range);
      this.#changed(last!);
    } else this.#suspect = last;
  }

  #changed(part: Unconfirmed): void {
    this.#report.damage(part.from, part.segment, `the ${part.what} is not the one that the next frame names`);
  }

  /** True if the walk can go on behind the damage. */
  async #broken(step: Broken, segment: number): Promise<boolean> {
    const report = this.#report;
    if (step.unknown && report.damagesTotal === 0) {
      report.conclude('UNVERIFIABLE', `This version cannot verify the recording: ${step.why}.`);
      return false;
    }
    const next = await this.#reader.resume(step.from);
    const isTail =
      next === null && report.damagesTotal === 0 && report.digest === '' && this.#suspect === null;
    if (isTail && !(await this.#reader.endsComplete(step.from))) {
      if (report.sid === '') report.conclude('UNVERIFIABLE', 'The file is not a recording of this format.');
      else await this.#incomplete({ kind: 'incomplete', from: step.from });
      return false;
    }
    this.#confirm(true);
    this.#last = null;
    report.damage(step.from, segment, step.why);
    this.#tampered();
    if (next !== null) this.#take(next as Taken, this.#reader.segments - 1);
    return next !== null;
  }

  #complete(): void {
    this.#confirm(true);
    if (this.#report.damagesTotal > 0) this.#tampered();
    else if (this.#nodes !== null && this.#report.notes === 0)
      this.#report.conclude('UNVERIFIABLE', 'The recording is not signed.');
    else if (this.#report.redactions.length > 0) this.#redacted();
    else this.#report.conclude('VALID', whatAgrees(this.#report));
  }

  /** Who may approve is for the verifier to know: a changed file could name anyone. */
  #redacted(): void {
    const report = this.#report;
    const removed = report.redactions.reduce((sum, { records }) => sum + records.length, 0);
    const what = `${removed} record${removed === 1 ? ' was' : 's were'} removed`;
    if (this.#approvers !== null)
      report.conclude('VALID-REDACTED', `${what} with the leave of two approvers; ${whatAgrees(report)}`);
    else
      report.conclude('UNVERIFIABLE', `${what}; name the keys of those who may approve that (--approvers).`);
  }

  async #incomplete(step: Incomplete): Promise<void> {
    const report = this.#report;
    this.#confirm(true);
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

/** Steps that hold something. */
type Taken = Extract<Step, { readonly from: number; readonly to: number }>;

function hashOf(frame: Bytes): string {
  return sha256(frame).toString('hex');
}
