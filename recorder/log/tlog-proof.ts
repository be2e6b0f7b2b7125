/**
 * That an entry is in a log, to be checked offline: c2sp.org/tlog-proof. A file holds one of them
 * or several, one behind the other.
 *
 *   c2sp.org/tlog-proof@v1
 *   extra <base64>
 *   index <number of the entry>
 *   <base64 of each hash of the inclusion proof, a line each>
 *
 *   <the signed checkpoint>
 */
import { type Bytes, equal, text as textOf, utf8 } from '../../base/bytes.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { type Cosigner, cosignersOf } from './cosigners.ts';
import { fromBase64, isNoteSignedBy, parseNote } from './note.ts';
import { HASH_BYTES } from './tiles.ts';
import { rootOfInclusion } from './tree.ts';
import type { Trust } from './trust.ts';

const FORM = 'c2sp.org/tlog-proof@v1\n';
/** Hashes of a path in a tree of 2^53 leaves. */
const HASHES_MAX = 53;
/** One proof: a path, a checkpoint, and the records that it is about. */
const PROOFS_MAX = 10_000;

/** A proof taken apart; nothing of it is verified. */
export interface TlogProof {
  /** Data of the application: not covered by the proof itself. */
  readonly extra: Bytes;
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Bytes[];
  /** A signed note, verbatim. */
  readonly checkpoint: string;
}

/** What a checkpoint says of an entry that it covers. */
export interface ProvenEntry {
  readonly origin: string;
  readonly size: number;
  readonly cosigners: readonly Cosigner[];
}

/** Why an entry is not proven: it was changed, or nobody who is trusted vouches for it. */
export interface Unproven {
  readonly fault: string;
  readonly isUnknown: boolean;
}

/** The text of a proof. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const path = hashes.map((hash) => `${base64(hash)}\n`).join('');
  return `${FORM}extra ${base64(extra)}\nindex ${index}\n${path}\n${checkpoint}`;
}

/** The proofs of a file; null unless it is nothing but proofs. */
export function parseTlogProofs(bytes: Bytes): readonly TlogProof[] | null {
  const file = textOf(bytes);
  if (!equal(utf8(file), bytes) || !file.startsWith(FORM)) return null;
  const parts = file.slice(FORM.length).split(`\n${FORM}`);
  if (parts.length > PROOFS_MAX) return null;
  const proofs = parts.map((part, i) => parsePart(i < parts.length - 1 ? `${part}\n` : part));
  return proofs.every((proof): proof is TlogProof => proof !== null) ? proofs : null;
}

function parsePart(part: string): TlogProof | null {
  const end = part.indexOf('\n\n');
  if (end < 0) return null;
  const lines = part.slice(0, end).split('\n');
  const extra = fromBase64(lines[0]?.startsWith('extra ') ? lines.shift()!.slice('extra '.length) : '');
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const hashes = lines.map(fromBase64);
  if (extra === null || index === undefined || hashes.length > HASHES_MAX) return null;
  if (!hashes.every((hash): hash is Bytes => hash?.length === HASH_BYTES)) return null;
  return { extra, index: Number(index), hashes, checkpoint: part.slice(end + 2) };
}

/** Holds a leaf hash against a proof and whom a verifier trusts. */
export function provenEntry(
  { index, hashes, checkpoint: signed }: TlogProof,
  leaf: Bytes,
  trust: Trust,
  nowUs: number,
): ProvenEntry | Unproven {
  const note = parseNote(utf8(signed));
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (note === null || checkpoint === null) return { fault: 'a checkpoint is malformed', isUnknown: false };
  const { origin, size } = checkpoint;
  if (!trust.log.some((key) => key.name === origin && isNoteSignedBy(note, key)))
    return { fault: 'the checkpoint is not signed by a log that is trusted', isUnknown: true };
  const { cosigners, problems } = cosignersOf(note, trust, nowUs);
  if (problems.length > 0) return { fault: problems[0]!, isUnknown: true };
  const root = rootOfInclusion(leaf, { index, size }, hashes);
  if (root === null || !equal(root, checkpoint.root))
    return { fault: 'the entry is not in the log', isUnknown: false };
  return { origin, size, cosigners };
}

function base64(bytes: Bytes): string {
  return Buffer.from(bytes).toString('base64');
}
