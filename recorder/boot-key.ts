/**
 * The key of one run of the recorder, in a file of its own while a journal needs it: with it
 * the next start completes encrypted recordings. Where the folder is on a memory file system, a
 * stolen disk holds nothing that opens; after a reboot a recipient's key takes its place.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Bytes } from '../base/bytes.ts';
import { type Disk, readFull, writeAll } from './disk.ts';
import { committedKeys, SESSION_KEY_BYTES, type SessionKeys, unwrapForBoot } from './envelope.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { decodeHeader } from './header.ts';
import type { JournaledKey } from './journal-frame.ts';
import type { Identity } from './recipient.ts';
import { unwrapKey } from './wrapped-key.ts';

const NAME = /^([0-9a-f]{16})\.key$/;

/** Makes the key of a run, on the medium. */
export async function newBootKey(disk: Disk, folder: string, boot: Bytes): Promise<Buffer> {
  await disk.mkdir(folder);
  const key = randomBytes(SESSION_KEY_BYTES);
  const file = await disk.open(pathOf(folder, hexOf(boot)), 'create');
  try {
    await writeAll(file, [key], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(folder);
  return key;
}

/** Removes the key of a run that has left nothing to complete. Overwritten first, as far as a disk allows. */
export async function removeBootKey(disk: Disk, folder: string, boot: string): Promise<void> {
  const path = pathOf(folder, boot);
  await overwrite(disk, path);
  await disk.unlink(path);
}

/** Zeros over a file that is to go, on the medium. */
export async function overwrite(disk: Disk, path: string): Promise<void> {
  const file = await disk.open(path, 'change');
  try {
    await writeAll(file, [new Uint8Array(await file.size())], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Runs whose key is still here. */
export async function bootsIn(disk: Disk, folder: string): Promise<readonly string[]> {
  try {
    return (await disk.list(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}

/** Opens what an earlier run has journaled: with that run's key, or with a recipient's. */
export class JournalKeys {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #identities: readonly Identity[];

  constructor(disk: Disk, folder: string, identities: readonly Identity[] = []) {
    this.#disk = disk;
    this.#folder = folder;
    this.#identities = identities;
  }

  /** The keys of a session; null if nothing here opens them. */
  async of(headerFrame: Bytes, key: JournaledKey | null): Promise<SessionKeys | null> {
    const header = decodeHeader(headerFrame.subarray(FRAME_HEAD_BYTES));
    if (header === null || key === null) return null;
    const bootKey = await this.#read(String(header.map['boot']));
    const sessionKey = bootKey === null ? null : unwrapForBoot(bootKey, key.wrapped, header.sid);
    const keys = sessionKey === null ? null : committedKeys(sessionKey, header.sid, header.map['commitment']);
    return keys ?? unwrapKey(key.text, header, this.#identities);
  }

  async #read(boot: string): Promise<Bytes | null> {
    if (!NAME.test(`${boot}.key`)) return null;
    try {
      const file = await this.#disk.open(pathOf(this.#folder, boot), 'read');
      try {
        const key = new Uint8Array(SESSION_KEY_BYTES);
        return (await readFull(file, key, 0)) === SESSION_KEY_BYTES ? key : null;
      } finally {
        await file.close();
      }
    } catch {
      return null;
    }
  }
}

function hexOf(boot: Bytes): string {
  return Buffer.from(boot).toString('hex');
}

function pathOf(folder: string, boot: string): string {
  return join(folder, `${boot}.key`);
}
