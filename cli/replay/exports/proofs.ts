/**
 * What an evidence bundle carries besides the recording: the one place where kinds of proofs
 * are named. A proof is a file that some verifier reads without pangate's own state.
 */
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOG_FOLDER, newestTimestamp, proveSession, type Recording } from '../../../recorder/index.ts';
import { archiveOf } from '../audit.ts';

/** A file of the bundle. */
export interface Proof {
  /** Its name in the bundle. */
  readonly name: string;
  /** What it is, for the bundle's own page. */
  readonly about: string;
}

/** Files of the log, by their names there. */
const KINDS: readonly Proof[] = [
  { name: 'checkpoint', about: 'the log over all sessions as it stood, a signed note' },
  { name: 'vkeys', about: 'public keys of log and sealers; compare them with those you were given' },
  { name: 'cosigned', about: 'what witnesses have signed of the log' },
];
const PROOF: Proof = {
  name: 'session.tlog-proof',
  about: 'that the log has this session: c2sp.org/tlog-proof',
};
const VERIFIER: Proof = { name: 'verify.py', about: 'checks recording and proof without pangate' };

/** Puts into a folder what vouches for a recording where it lies; nothing for one that lies alone. */
export async function putProofs(recording: Recording, folder: string): Promise<readonly Proof[]> {
  const log = join(archiveOf(recording.path), LOG_FOLDER);
  const proofs: Proof[] = [];
  for (const kind of KINDS.filter(({ name }) => existsSync(join(log, name)))) {
    await copyFile(join(log, kind.name), join(folder, kind.name));
    proofs.push(kind);
  }
  proofs.push(...(await putTimestamp(log, folder)));
  if (proofs.length > 0 && (await putProof(recording, log, folder))) proofs.push(PROOF);
  const verifier = fileURLToPath(new URL('../../../../docs/formats/verifier/verify.py', import.meta.url));
  if (proofs.length > 0 && existsSync(verifier)) {
    await copyFile(verifier, join(folder, VERIFIER.name));
    proofs.push(VERIFIER);
  }
  return proofs;
}

async function putTimestamp(log: string, folder: string): Promise<readonly Proof[]> {
  const files = newestTimestamp(log);
  if (files === null) return [];
  await copyFile(files.checkpoint, join(folder, 'timestamped'));
  await copyFile(files.token, join(folder, 'timestamp.tsr'));
  return [
    { name: 'timestamped', about: 'the checkpoint that the time stamp is over' },
    { name: 'timestamp.tsr', about: 'a time stamp, RFC 3161: openssl ts -verify -data timestamped' },
  ];
}

/** False for a session that the log does not know, or not yet. */
async function putProof(recording: Recording, log: string, folder: string): Promise<boolean> {
  try {
    await writeFile(join(folder, PROOF.name), await proveSession(recording, log));
    return true;
  } catch {
    return false;
  }
}
