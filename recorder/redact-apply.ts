/** Carries out a redaction that two have approved: docs/formats/pgr-v1.md, "Redaction". */
import { type Bytes, equal, keep, utf8 } from '../base/bytes.ts';
import type { AuditEntry, AuditLog } from '../base/recording.ts';
import type { SegmentStep } from './chain-step.ts';
import { type DiskFile, syncFolders, systemDisk, writeAll } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { FrameSizes } from './footer.ts';
import { frameHead } from './frame.ts';
import { frameAt } from './frame-walk.ts';
import { sha256 } from './hash.ts';
import type { VerifierKey } from './log/note.ts';
import { frameOf, invalid, type Proposal, type ProposedPart, walkSegments } from './redact-propose.ts';
import {
  APPROVERS_MIN,
  approversOf,
  decodeRedaction,
  redactionFrame,
  type SignedRedaction,
} from './redaction.ts';

interface Change {
  readonly step: SegmentStep;
  readonly redaction: SignedRedaction;
  readonly approvers: readonly string[];
  /** The R frame and the data frame. */
  readonly frames: readonly [Bytes, Bytes];
}

/**
 * The log entry first, then the file, in one step. `approvers`: the keys of those who may
 * approve. Throws `argument-invalid` unless two of them have signed every part, and where the
 * proposal is not for this recording; `record-failed` if the log does not take it.
 */
export async function applyRedaction(
  path: string,
  proposal: Proposal,
  approvers: readonly VerifierKey[],
  log: AuditLog | null,
): Promise<readonly SignedRedaction[]> {
  const signed = proposal.parts.map((part) => signedPart(part, approvers));
  const numbers = new Set(signed.map(({ redaction }) => redaction.segment));
  const { header, segments } = await walkSegments(path, (seal) => numbers.has(seal.segment));
  const changes = signed.map((part): Change => {
    const step = segments.find(({ seal }) => seal.segment === part.redaction.segment);
    const { sid, sealed } = part.redaction;
    if (step === undefined || sid !== header.sid || !equal(step.seal.frameSha256, sealed))
      throw invalid('the proposal is for another recording');
    return { ...part, step };
  });
  for (const change of changes) await log?.append(entryOf(change));
  await rewrite(path, changes);
  return changes.map(({ redaction }) => redaction);
}

function signedPart(part: ProposedPart, keys: readonly VerifierKey[]): Omit<Change, 'step'> {
  const frame = frameOf(part);
  const redaction = decodeRedaction(utf8(part.note));
  if (redaction === null) throw invalid('a proposal that nobody has signed, or that is malformed');
  const approvers = approversOf(redaction, keys);
  if (approvers.length < APPROVERS_MIN)
    throw invalid(`of those who may approve ${approvers.length} have, and ${APPROVERS_MIN} must`);
  if (!equal(sha256(frame), redaction.stored)) throw invalid('the proposal was changed after it was signed');
  return { redaction, approvers, frames: [redactionFrame(part.note), frame] };
}

function entryOf({ redaction, step, approvers }: Change): AuditEntry {
  const { sid, segment, sealed, stored, records, reason, note } = redaction;
  const before = sha256(step.frame);
  const signatures = note.signatures.map(({ name, signature }) => ({ name, signature }));
  return { type: 'redact', sid, segment, sealed, before, stored, records, reason, approvers, signatures };
}

/** A new file takes the place of the old one, in which the removed bytes are then overwritten. */
async function rewrite(path: string, changes: readonly Change[]): Promise<void> {
  const draft = `${path}.redacting`;
  const old = await systemDisk.open(path, 'change');
  try {
    await systemDisk.unlink(draft).catch(() => undefined);
    const target = await systemDisk.open(draft, 'create');
    try {
      await copy(new FileWindow(old, await old.size()), target, changes);
      await target.datasync();
    } finally {
      await target.close();
    }
    await systemDisk.rename(draft, path);
    await syncFolders(systemDisk, path, path.slice(0, path.lastIndexOf('/')));
    for (const { step } of changes) await writeAll(old, [new Uint8Array(step.frame.length)], step.dataFrom);
    await old.datasync();
  } finally {
    await old.close();
  }
}

/** Every frame as it is, but the changed segments, R frames before them, and the seek table. */
async function copy(source: FileWindow, target: DiskFile, changes: readonly Change[]): Promise<void> {
  const sizes = new FrameSizes();
  const changed = new Map(changes.map((change) => [change.step.dataFrom, change.frames]));
  const replaced = new Set(changes.map(({ step }) => step.from));
  let at = 0;
  for (let from = 0; ; ) {
    const frame = await frameAt(source, from);
    if (frame.found !== 'frame') throw invalid('a recording that is not complete');
    from = frame.to;
    if (frame.kind === 'redaction' && replaced.has(frame.from)) continue;
    if (frame.kind === 'seekTable') break;
    const frames = changed.get(frame.from) ?? [keep(await source.view(frame.from, frame.to - frame.from))];
    for (const each of frames) sizes.add(each.length, contentOf(each));
    at = await writeAll(target, frames, at);
  }
  await writeAll(target, [sizes.encode()], at);
}

/** Length of the content that stock zstd sees in a frame. */
function contentOf(frame: Bytes): number {
  return frameHead(frame, 0, frame.length)?.contentBytes ?? 0;
}
