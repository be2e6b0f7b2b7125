/**
 * Sessions that are still recorded come into the store in parts, soon after they are sealed (PCI DSS
 * 10.3.3): `2026/11/23/<sid>.parts/<first byte>`, which one after the other are the beginning of the
 * recording. When the whole recording is there they go. What was sent stands in the session's file in
 * the backlog, so that a crash leaves nothing behind.
 */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '../../base/bytes.ts';
import { wrappedKeyPath } from '../wrapped-key.ts';
import { hashFile } from './folder-store.ts';
import { nameInStore, type Parcel, type Store, storedHash } from './store.ts';

/** One part; what is larger goes in several. */
const PART_BYTES_MAX = 67_108_864;
/** Between two parts of one session. */
const PART_MS = 20_000;
const RETRY_MS_MAX = 300_000;

interface Shipped {
  bytes: number;
  /** When something was first seen that is not in the store; null if all is. */
  behindMs: number | null;
  /** Not before. */
  atMs: number;
  waitMs: number;
}

/** Where parts come from and go to. */
export interface PartOptions {
  readonly store: Store;
  /** The backlog's. */
  readonly folder: string;
  readonly pathOf: (sid: string) => string;
  readonly onAlert: (error: Error) => void;
  /** Between two parts; for tests. */
  readonly partMs?: number;
}

export class OpenParts {
  readonly #options: Required<PartOptions>;
  readonly #open = new Map<string, Shipped>();
  parts = 0;
  failures = 0;

  constructor(options: PartOptions) {
    this.#options = { partMs: PART_MS, ...options };
  }

  /** Since when the session that is furthest behind is; null if none is. */
  get behindMs(): number | null {
    let oldest: number | null = null;
    for (const { behindMs } of this.#open.values())
      if (behindMs !== null && (oldest === null || behindMs < oldest)) oldest = behindMs;
    return oldest;
  }

  /** Sends what a session has got more since the last part. Never rejects. */
  async ship(sid: string): Promise<void> {
    const nowMs = Date.now();
    const shipped = this.#shipped(sid, nowMs);
    const path = this.#options.pathOf(sid);
    const bytes = (await fs.stat(path).catch(() => null))?.size ?? 0;
    if (bytes <= shipped.bytes) return;
    shipped.behindMs ??= nowMs;
    if (nowMs < shipped.atMs) return;
    try {
      while (shipped.bytes < bytes) await this.#part(sid, path, shipped, bytes);
      shipped.behindMs = null;
      shipped.waitMs = this.#options.partMs;
    } catch (error) {
      this.failures++;
      if (shipped.waitMs === this.#options.partMs)
        this.#options.onAlert(new Error(`${sid} is open and not in the store: ${(error as Error).message}`));
      shipped.waitMs = Math.min(RETRY_MS_MAX, shipped.waitMs * 2);
    }
    shipped.atMs = Date.now() + shipped.waitMs;
  }

  /** The session is not recorded any more. */
  ended(sid: string): void {
    this.#open.delete(sid);
  }

  /** Removes the parts of a recording that is in the store as a whole. */
  async remove(sid: string): Promise<void> {
    const { store, folder, pathOf } = this.#options;
    const said = await fs.readFile(join(folder, sid), 'utf8').catch(() => '');
    for (const from of said.split('\n'))
      if (/^\d{1,15}$/.test(from)) await store.remove(partName(pathOf(sid), Number(from)));
  }

  #shipped(sid: string, nowMs: number): Shipped {
    let shipped = this.#open.get(sid);
    if (shipped === undefined) {
      const { partMs } = this.#options;
      shipped = { bytes: 0, behindMs: null, atMs: nowMs + partMs, waitMs: partMs };
      this.#open.set(sid, shipped);
    }
    return shipped;
  }

  async #part(sid: string, path: string, shipped: Shipped, bytes: number): Promise<void> {
    const { store, folder } = this.#options;
    if (shipped.bytes === 0) await this.#key(path);
    const from = shipped.bytes;
    const length = Math.min(PART_BYTES_MAX, bytes - from);
    const sha256 = await hashFile(path, from, length);
    await fs.appendFile(join(folder, sid), `${from}\n`);
    await this.#put({ name: partName(path, from), path, from, bytes: length, sha256, lockUntilUs: null });
    const stored = await storedHash(store, partName(path, from));
    if (stored === null || !equal(stored, sha256)) throw new Error('what was read back is not what was sent');
    shipped.bytes += length;
    this.parts++;
  }

  /** Without its key nobody reads an encrypted one. */
  async #key(recording: string): Promise<void> {
    const path = wrappedKeyPath(recording);
    const bytes = (await fs.stat(path).catch(() => null))?.size;
    if (bytes === undefined) return;
    const name = nameInStore(path);
    await this.#put({ name, path, bytes, sha256: await hashFile(path), lockUntilUs: null });
  }

  #put(parcel: Parcel): Promise<void> {
    return this.#options.store.put(parcel);
  }
}

/** The name of the part of a recording that begins at a byte of it. */
export function partName(recording: string, from: number): string {
  const name = nameInStore(recording).replace(/\.pgr\.zst$/, '.parts');
  return `${name}/${String(from).padStart(15, '0')}`;
}
