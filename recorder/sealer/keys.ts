/**
 * The sealer's own keys, and what is given to those who verify: docs/formats/pgr-v1.md, "Keys".
 * Secret keys are PKCS#8 PEM files for the sealer alone; the vkeys file is public.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { keyOfPem, newKey, pemOf } from '../log/ed25519.ts';
import { formatVkey, type NamedKey, verifierOf } from '../log/note.ts';

/** The keys of one node. */
export interface SealerKeys {
  /** Signs the first note of each session: the node's identity. */
  readonly node: NamedKey;
  /** Signs checkpoints; its name is the log's origin. */
  readonly log: NamedKey;
}

/** Where a log keeps its sealer's secrets, below its folder. */
export const SECRET_FOLDER = 'sealer';
/** The public file, below a log's folder. */
export const VKEYS_FILE = 'vkeys';
const ROLES = ['node', 'log'] as const;

/** Reads the keys of a log's folder; makes them, and the vkeys file, the first time. */
export function openKeys(folder: string, node: string): SealerKeys {
  const secrets = join(folder, SECRET_FOLDER);
  if (!existsSync(join(secrets, 'node.key'))) {
    if (existsSync(join(folder, 'checkpoint'))) throw keysGone(secrets);
    makeKeys(folder, node);
  }
  const [nodeKey, logKey] = ROLES.map((role) => readKey(secrets, role));
  return { node: nodeKey!, log: logKey! };
}

/** A log that has begun is not begun again by another key. */
function keysGone(folder: string): PangateError {
  const remedy = 'Restore them. If they are lost: move the log away; a new one begins.';
  return new PangateError('file-unreadable', `the keys of this log are not in ${folder}`, remedy);
}

/** Makes keys and the vkeys file; never over those that are there. */
function makeKeys(folder: string, node: string): void {
  const secrets = join(folder, SECRET_FOLDER);
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  chmodSync(secrets, 0o700);
  const suffix = randomBytes(4).toString('hex');
  const host = node.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 64) || 'node';
  const lines = ['pangate/vkeys@v1'];
  for (const role of [...ROLES].reverse()) {
    const key = { name: `pangate/${role}/${host}/${suffix}`, key: newKey() };
    writeFileSync(join(secrets, `${role}.key`), `${key.name}\n${pemOf(key.key)}`, {
      mode: 0o600,
      flag: 'wx',
    });
    lines.push(`${role} ${formatVkey(verifierOf(key))}`);
  }
  writeFileSync(join(folder, VKEYS_FILE), `${lines.join('\n')}\n`, { mode: 0o644 });
}

/** The first line is the key's name, the rest its PEM. */
function readKey(folder: string, role: string): NamedKey {
  const path = join(folder, `${role}.key`);
  try {
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    return { name: text.slice(0, end), key: keyOfPem(text.slice(end + 1)) };
  } catch (error) {
    const remedy = "The sealer's keys belong to the user that the sealer runs as.";
    throw new PangateError('file-unreadable', `cannot read ${path}: ${(error as Error).message}`, remedy);
  }
}

/** Names witnesses in the vkeys file that are not there yet. */
export function trustWitnesses(folder: string, witnesses: readonly { readonly key: string }[]): void {
  const path = join(folder, VKEYS_FILE);
  const known = readFileSync(path, 'utf8');
  const lines = witnesses.map(({ key }) => `witness ${key}\n`).filter((line) => !known.includes(line));
  if (lines.length > 0) appendFileSync(path, lines.join(''));
}
