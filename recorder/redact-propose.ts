/**
 * Removes records that should never have been recorded: one proposes, two others approve with
 * their keys (here), then the segment is rewritten (redact-apply.ts).
 * docs/formats/pgr-v1.md, "Redaction".
 */
import { type Bytes, equal, keep } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { ChainReader } from './chain-reader.ts';
import type { SegmentStep } from './chain-step.ts';
import { systemDisk } from './disk.ts';
import { sealSegment } from './envelope.ts';
import { FileWindow } from './file-window.ts';
import { sha256 } from './hash.ts';
import { HEADER_FLAG, type Header } from './header.ts';
import { type NamedKey, signatureLine } from './log/note.ts';
import type { Identity } from './recipient.ts';
import { segmentContent } from './record-check.ts';
import { redactContent, removedIn } from './redacted-segment.ts';
import { isReason, readText, redactionText } from './redaction.ts';
import type { Seal } from './seal.ts';
import { keysOf } from './wrapped-key.ts';
import { openZstd } from './zstd.ts';

const FORM = 'pangate/redaction-proposal@v1';
const ZSTD_LEVEL = 3;

/** One segment's part of a proposal. */
export interface ProposedPart {
  /** What approvers sign, with the signatures so far. */
  readonly note: string;
  /** The data frame that will stand there, in base64. */
  readonly frame: string;
}

/** What is proposed, as its file holds it. */
export interface Proposal {
  readonly form: typeof FORM;
  readonly sid: string;
  readonly parts: readonly ProposedPart[];
}

/** What to remove, and why. */
export interface RedactionWish {
  /** Numbers of records. */
  readonly records: readonly number[];
  readonly reason: string;
  readonly wallUs: number;
  /** Recipients' keys, for an encrypted recording. */
  readonly identities: readonly Identity[];
}

/** Prepares what approvers are to see; changes nothing. Throws `argument-invalid`, `archive-damaged`, `key-missing`. */
export async function proposeRedaction(path: string, wish: RedactionWish): Promise<Proposal> {
  const { records, reason, identities, wallUs } = wish;
  if (!isReason(reason)) throw invalid('the reason is empty, too long, or more than a line');
  const wanted = (seal: Seal): readonly number[] => records.filter((seq) => isIn(seq, seal));
  const { header, segments } = await walkSegments(path, (seal) => wanted(seal).length > 0);
  const found = segments.reduce((sum, { seal }) => sum + wanted(seal).length, 0);
  if (found === 0 || found !== records.length) throw invalid('a record that the recording does not have');
  const isEncrypted = (header.flags & HEADER_FLAG.encrypted) !== 0;
  const keys = isEncrypted ? await keysOf(path, header, identities) : null;
  const zstd = await openZstd();
  const parts = segments.map(({ seal, frame, redaction, from }): ProposedPart => {
    const content = segmentContent(zstd, frame, seal, keys, redaction);
    if (content.fault !== null) throw damaged(from, content.fault);
    const raw = redactContent(content.raw, wanted(seal));
    const data = zstd.compress(raw, ZSTD_LEVEL);
    const stored = keys === null ? data : sealSegment(keys, data, seal.firstSeq);
    const hashes = { sealed: seal.frameSha256, stored: sha256(stored) };
    const about = {
      sid: header.sid,
      segment: seal.segment,
      ...hashes,
      records: removedIn(raw),
      wallUs,
      reason,
    };
    return { note: `${redactionText(about)}\n`, frame: Buffer.from(stored).toString('base64') };
  });
  return { form: FORM, sid: header.sid, parts };
}

/** The same proposal with one more signature on each part. Throws `argument-invalid` if it is malformed. */
export function approveRedaction(proposal: Proposal, approver: NamedKey): Proposal {
  const parts = proposal.parts.map((part) => {
    const text = part.note.slice(0, part.note.indexOf('\n\n') + 1);
    const read = readText(text);
    if (read === null || read.sid !== proposal.sid || !equal(sha256(frameOf(part)), read.stored))
      throw invalid('a proposal that is malformed');
    return { ...part, note: part.note + signatureLine(approver, text) };
  });
  return { ...proposal, parts };
}

/** A proposal read from its file. Throws `argument-invalid`. */
export function parseProposal(text: string): Proposal {
  try {
    const { form, sid, parts } = JSON.parse(text) as Proposal;
    const isWhole =
      form === FORM && parts.every(({ note, frame }) => `${typeof note} ${typeof frame}` === 'string string');
    if (isWhole && typeof sid === 'string') return { form, sid, parts };
  } catch {
    // Said below.
  }
  throw invalid('a file that is no proposal');
}

/** The frame that a part puts into the recording. */
export function frameOf(part: ProposedPart): Bytes {
  return Buffer.from(part.frame, 'base64');
}

/** The header, and the segments that are wanted, owned, of a recording that is complete and holds. */
export async function walkSegments(
  path: string,
  wants: (seal: Seal) => boolean,
): Promise<{ readonly header: Header; readonly segments: readonly SegmentStep[] }> {
  const file = await systemDisk.open(path, 'read').catch((error: Error) => {
    throw new PangateError('file-unreadable', `cannot read the recording: ${error.message}`);
  });
  try {
    const reader = new ChainReader(new FileWindow(file, await file.size()));
    const segments: SegmentStep[] = [];
    let header: Header | null = null;
    for (;;) {
      const step = await reader.next();
      if (step.kind === 'complete') return { header: header!, segments };
      if (step.kind === 'incomplete') throw invalid('a recording that is not complete');
      if (step.kind === 'broken') throw damaged(step.from, step.why);
      if ('linked' in step && !step.linked) throw damaged(step.from, 'a link does not hold');
      if (step.kind === 'header') header = step.header;
      if (step.kind === 'segment' && wants(step.seal)) segments.push(owned(step));
    }
  } finally {
    await file.close();
  }
}

function owned(step: SegmentStep): SegmentStep {
  const { seal, frame } = step;
  const [frameSha256, recordsRoot, prev] = [seal.frameSha256, seal.recordsRoot, seal.prev].map(keep);
  const own = { ...seal, frameSha256: frameSha256!, recordsRoot: recordsRoot!, prev: prev! };
  return { ...step, seal: own, frame: keep(frame) };
}

function isIn(seq: number, { firstSeq, records }: Seal): boolean {
  return seq >= firstSeq && seq < firstSeq + records;
}

/** What the person who redacts has to put right. */
export function invalid(what: string): PangateError {
  return new PangateError('argument-invalid', `not redacted: ${what}`, 'See: pangate replay redact --help');
}

function damaged(offset: number, why: string): PangateError {
  return new PangateError(
    'archive-damaged',
    `the recording does not hold at byte ${offset}: ${why}`,
    'Run pangate replay verify on it.',
  );
}
