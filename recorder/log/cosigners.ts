/** Which witnesses have signed a checkpoint, and whether they are enough: docs/formats/pgr-v1.md, "Log". */
import { cosignedAt } from './cosignature.ts';
import type { Note } from './note.ts';
import type { Trust } from './trust.ts';

/** A witness's clock may be this far ahead of ours. */
const AHEAD_SECONDS_MAX = 300;

/** A witness that has signed, with its time in seconds. */
export interface Cosigner {
  readonly name: string;
  readonly seconds: number;
}

/** Those of the trusted witnesses that have signed; `problems` is empty where they are enough. */
export function cosignersOf(
  note: Note,
  trust: Trust,
  nowUs: number,
): { readonly cosigners: readonly Cosigner[]; readonly problems: readonly string[] } {
  const cosigners: Cosigner[] = [];
  const problems: string[] = [];
  // One key under two names is one witness.
  const keys = new Set<string>();
  for (const witness of trust.witness) {
    const seconds = cosignedAt(note, witness);
    if (seconds === null) continue;
    if (seconds > nowUs / 1e6 + AHEAD_SECONDS_MAX) problems.push('a witness has signed in the future');
    else if (keys.size < keys.add(Buffer.from(witness.publicKey).toString('hex')).size)
      cosigners.push({ name: witness.name, seconds });
  }
  if (keys.size < trust.quorum)
    problems.push(`${keys.size} of ${trust.quorum} witnesses have signed the checkpoint`);
  return { cosigners, problems };
}
