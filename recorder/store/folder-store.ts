/** A folder as the store: another disk, a mount. A file appears whole and is on the medium, or not at all. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Bytes } from '../../base/bytes.ts';
import { syncFolders, systemDisk } from '../disk.ts';
import type { Parcel, Store } from './store.ts';

/** A store in a folder, which must exist: one that is not mounted is not written into. */
export class FolderStore implements Store {
  readonly name: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.name = folder;
  }

  async put({ name, path, from = 0, bytes }: Parcel): Promise<void> {
    await fs.access(this.#folder);
    const target = join(this.#folder, name);
    const draft = `${target}.${randomBytes(4).toString('hex')}.part`;
    await systemDisk.mkdir(dirname(target));
    try {
      await pipeline(streamOf(path, from, bytes), createWriteStream(draft, { mode: 0o600 }));
      const file = await fs.open(draft, 'r+');
      await file.sync().finally(() => file.close());
      await fs.rename(draft, target);
    } catch (error) {
      await fs.rm(draft, { force: true });
      throw error;
    }
    await syncFolders(systemDisk, target, this.#folder);
  }

  async read(name: string): Promise<AsyncIterable<Bytes> | null> {
    await fs.access(this.#folder);
    try {
      return (await fs.open(join(this.#folder, name))).createReadStream();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(name: string): Promise<boolean> {
    await fs.rm(join(this.#folder, name), { force: true });
    return true;
  }
}

/** SHA-256 of a file, or of a part of it. */
export async function hashFile(
  path: string,
  from = 0,
  bytes: number = Number.POSITIVE_INFINITY,
): Promise<Bytes> {
  const hash = createHash('sha256');
  for await (const chunk of streamOf(path, from, bytes)) hash.update(chunk as Bytes);
  return hash.digest();
}

/** The bytes of a file, or of a part of it. */
export function streamOf(path: string, from: number, bytes: number): ReadStream {
  return createReadStream(path, bytes === 0 ? { start: 0, end: 0 } : { start: from, end: from + bytes - 1 });
}
