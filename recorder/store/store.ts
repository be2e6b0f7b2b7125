/** Where recordings are copied to: docs/recording.md, "The store". */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';

/** One file, or a part of one, on its way. */
export interface Parcel {
  /** Its name in the store: `2026/11/23/<sid>.pgr.zst`. */
  readonly name: string;
  readonly path: string;
  /** Where it begins in the file; 0 unless told. */
  readonly from?: number;
  readonly bytes: number;
  readonly sha256: Bytes;
  /** Until when nobody may delete it; null for a file that a purge must be able to destroy. */
  readonly lockUntilUs: number | null;
}

/** A place for copies. Rejections say what to tell an operator; they hold no secret. */
export interface Store {
  /** For logs. */
  readonly name: string;
  /** Stores a file whole, or not at all. */
  put(parcel: Parcel): Promise<void>;
  /** The bytes of what lies there, to be read to their end; null if nothing does. */
  read(name: string): Promise<AsyncIterable<Bytes> | null>;
  /** Removes a file and its older versions. False if a lock forbids it. */
  remove(name: string): Promise<boolean>;
}

/** SHA-256 of what lies there, all of it read back; null if nothing does. */
export async function storedHash(store: Store, name: string): Promise<Bytes | null> {
  const chunks = await store.read(name);
  if (chunks === null) return null;
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

/** `2026/11/23/<sid>.pgr.zst`: the last four parts of a path. */
export function nameInStore(path: string): string {
  const parts = path.split('/');
  return [...parts.slice(-4, -1), basename(path)].join('/');
}
