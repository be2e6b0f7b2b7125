/**
 * What an evidence bundle carries besides the recording: the one place where kinds of proofs
 * are named. A proof is a file that some verifier reads without pangate's own state.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FOLDER } from '../../../recorder/index.ts';
import { archiveOf } from '../audit.ts';

/** A file for the bundle. */
export interface Proof {
  /** Its name in the bundle. */
  readonly name: string;
  readonly path: string;
  /** What it is, for the bundle's own page. */
  readonly about: string;
}

const KINDS: readonly Omit<Proof, 'path'>[] = [
  { name: 'checkpoint', about: 'the log over all sessions as it stood, a signed note' },
  { name: 'vkeys', about: 'public keys of log and sealers; compare them with those you were given' },
  { name: 'cosignatures', about: 'what witnesses have signed' },
  { name: 'timestamp.tsr', about: 'a time stamp on the checkpoint, RFC 3161' },
];

/** Proofs that there are for a recording where it lies; none for one that lies alone. */
export function proofsOf(recording: string): Proof[] {
  const log = join(archiveOf(recording), LOG_FOLDER);
  return KINDS.map((kind) => ({ ...kind, path: join(log, kind.name) })).filter(({ path }) =>
    existsSync(path),
  );
}
