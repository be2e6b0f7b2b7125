/** Recordings back from the store: docs/recording.md, "Back from the store". */
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { recordingPath } from '../archive.ts';
import { syncFolders, systemDisk } from '../disk.ts';
import { wrappedKeyPath } from '../wrapped-key.ts';
import { partName } from './open-parts.ts';
import { nameInStore, type Store } from './store.ts';

/** What came. */
export interface Fetched {
  readonly path: string;
  readonly bytes: number;
  /** False for the parts of a session that was still being recorded. */
  readonly isWhole: boolean;
}

/**
 * Writes a recording's copy, and its wrapped key, below a folder that nobody else uses. Null if the
 * store has nothing of it. What it is worth only its verification says.
 */
export async function fetchRecording(store: Store, folder: string, sid: string): Promise<Fetched | null> {
  const path = recordingPath(folder, sid);
  await systemDisk.mkdir(dirname(path));
  const whole = await save(store, nameInStore(path), path);
  const bytes = whole ?? (await saveParts(store, path));
  if (bytes === null) return null;
  await save(store, nameInStore(wrappedKeyPath(path)), wrappedKeyPath(path));
  return { path, bytes, isWhole: whole !== null };
}

/**
 * Moves what was fetched to its place in an archive on the same file system. Rejects with `EEXIST` if
 * there is such a recording: it is never written over.
 */
export async function placeRecording(fetched: Fetched, directory: string, sid: string): Promise<string> {
  const path = recordingPath(directory, sid);
  await systemDisk.mkdir(dirname(path));
  const key = wrappedKeyPath(fetched.path);
  if (await isThere(path)) throw Object.assign(new Error('it is there already'), { code: 'EEXIST' });
  if (await isThere(key)) await fs.rename(key, wrappedKeyPath(path));
  await fs.link(fetched.path, path);
  await fs.rm(fetched.path);
  await syncFolders(systemDisk, path, directory);
  return path;
}

/** Bytes written, and on the medium; null if the store has nothing of that name. */
async function save(store: Store, name: string, path: string, flags = 'wx'): Promise<number | null> {
  const chunks = await store.read(name);
  return chunks === null ? null : write(chunks, path, flags);
}

async function write(chunks: AsyncIterable<Bytes>, path: string, flags: string): Promise<number> {
  const file = await fs.open(path, flags, 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      await file.appendFile(chunk);
      bytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

/** Each part is named by its first byte: the next one begins where it ends. */
async function saveParts(store: Store, path: string): Promise<number | null> {
  let total = 0;
  for (;;) {
    const bytes = await save(store, partName(path, total), path, 'a');
    if (bytes === null || bytes === 0) return total === 0 ? null : total;
    total += bytes;
  }
}

function isThere(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  );
}
