/**
 * Copies complete recordings to the store, and open ones in parts. What is recorded, or still to be
 * copied, lies as a file in `backlog/`, so that no crash forgets it. Each recording has its own time for the next try: one
 * that fails never keeps others waiting. docs/recording.md, "The store".
 */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '../../base/bytes.ts';
import type { AuditLog } from '../../base/recording.ts';
import { systemDisk } from '../disk.ts';
import { openRecording } from '../reader.ts';
import { FOREVER } from '../retention.ts';
import { wrappedKeyPath } from '../wrapped-key.ts';
import { hashFile } from './folder-store.ts';
import { OpenParts } from './open-parts.ts';
import { nameInStore, type Parcel, type Store, storedHash } from './store.ts';

const DAY_US = 86_400_000_000;
/** A lock for what is to be kept for ever: S3 takes 100 years. */
const FOREVER_DAYS = 36_500;
const LOOK_MS = 5000;
/** The folder of what waits, in the directory of the recordings. */
export const BACKLOG = 'backlog';
/** The store is behind, and somebody should know. */
const LAG_MS_MAX = 300_000;

/** What is copied where, and who is told. */
export interface UploaderOptions {
  readonly store: Store;
  readonly directory: string;
  readonly pathOf: (sid: string) => string;
  /** For recordings whose header does not say. */
  readonly retainDays: number;
  readonly log: AuditLog | null;
  readonly onAlert: (error: Error) => void;
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  /** Between two parts of an open session. */
  readonly partMs?: number;
}

interface Retry {
  readonly atMs: number;
  readonly waitMs: number;
}

/** What waits, for how long the oldest of it has, and what was done since the start. */
export interface UploadState {
  readonly backlog: number;
  readonly lagMs: number;
  readonly uploads: number;
  /** Of open sessions. */
  readonly parts: number;
  readonly failures: number;
}

/** The one that copies. */
export class Uploader {
  /** Told when a recording is in the store and was read back. */
  onStored: () => void = () => undefined;
  readonly #options: Required<UploaderOptions>;
  readonly #folder: string;
  readonly #parts: OpenParts;
  #isBehind = false;
  readonly #retries = new Map<string, Retry>();
  /** Sessions that are recorded now, or wait: their journals are kept. */
  readonly #awaited = new Set<string>();
  /** Sessions that are recorded now; resolves when the backlog has them. */
  readonly #open = new Map<string, Promise<boolean>>();
  #backlog = 0;
  #oldestMs: number | null = null;
  #uploads = 0;
  #failures = 0;
  #isClosed = false;
  /** Something came while nobody waited for it. */
  #isDue = false;
  #wake: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: UploaderOptions) {
    this.#options = { firstRetryMs: 1000, lastRetryMs: 300_000, partMs: 20_000, ...options };
    this.#folder = join(options.directory, BACKLOG);
    this.#parts = new OpenParts({ ...this.#options, folder: this.#folder });
  }

  /** For metrics. */
  get state(): UploadState {
    const oldestMs = Math.min(this.#oldestMs ?? Date.now(), this.#parts.behindMs ?? Date.now());
    const lagMs = Math.max(0, Date.now() - oldestMs);
    const failures = this.#failures + this.#parts.failures;
    return { backlog: this.#backlog, lagMs, uploads: this.#uploads, parts: this.#parts.parts, failures };
  }

  /** True while one of these sessions is not in the store. */
  isAwaited(sids: Iterable<string>): boolean {
    for (const sid of sids) if (this.#awaited.has(sid)) return true;
    return false;
  }

  /** A session begins: until it is in the store its journal is kept. */
  expect(sid: string): void {
    this.#awaited.add(sid);
    const marked = this.#mark(sid).then(
      () => true,
      () => false,
    );
    this.#open.set(sid, marked);
  }

  /** A recording is complete. Rejects if the backlog cannot hold it. */
  async add(sid: string): Promise<void> {
    if ((await this.#open.get(sid)) !== true) await this.#mark(sid);
    this.#open.delete(sid);
    this.#parts.ended(sid);
    this.#awaited.add(sid);
    this.#look();
  }

  #mark(sid: string): Promise<void> {
    return markForStore(this.#options.directory, sid);
  }

  /** Takes up what an earlier run has left. */
  async start(): Promise<void> {
    for (const sid of await this.#waiting()) this.#awaited.add(sid);
    this.#running = this.#run();
  }

  /** Ends after what is under way; the rest is the next run's. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#look();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#isDue = false;
      for (const sid of await this.#waiting()) {
        if (this.#isClosed) return;
        if ((this.#retries.get(sid)?.atMs ?? 0) <= Date.now()) await this.#try(sid);
      }
      for (const sid of [...this.#open.keys()]) {
        if (this.#isClosed) return;
        if (this.#open.has(sid)) await this.#parts.ship(sid);
      }
      this.#watch();
      await this.#pause();
    }
  }

  /** One alert for each time of being behind. */
  #watch(): void {
    const { lagMs, backlog } = this.state;
    const isBehind = lagMs > LAG_MS_MAX;
    if (isBehind && !this.#isBehind) {
      const what = `the store ${this.#options.store.name} is ${Math.round(lagMs / 1000)} s behind`;
      this.#options.onAlert(new Error(`${what}: ${backlog} recordings wait`));
    }
    this.#isBehind = isBehind;
  }

  /** Sessions of the backlog, oldest first. */
  async #waiting(): Promise<string[]> {
    const names = await fs.readdir(this.#folder).catch(() => []);
    const sids = names.filter((sid) => !this.#open.has(sid)).sort();
    this.#backlog = sids.length;
    const oldest =
      sids[0] === undefined ? null : await fs.stat(join(this.#folder, sids[0])).catch(() => null);
    this.#oldestMs = oldest?.mtimeMs ?? null;
    return sids;
  }

  #look(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  async #pause(): Promise<void> {
    if (this.#isDue) return;
    const nextMs = Math.min(
      ...[...this.#retries.values()].map(({ atMs }) => atMs - Date.now()),
      LOOK_MS,
      this.#options.partMs,
    );
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(10, nextMs)).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  async #try(sid: string): Promise<void> {
    try {
      await this.#upload(sid);
      this.#retries.delete(sid);
      this.#uploads++;
    } catch (error) {
      this.#failures++;
      this.#later(sid, error as Error);
    }
  }

  /** Twice as long after each failure; one alert for each recording. */
  #later(sid: string, error: Error): void {
    const { firstRetryMs, lastRetryMs, onAlert, store } = this.#options;
    const before = this.#retries.get(sid);
    const waitMs = Math.min(lastRetryMs, before === undefined ? firstRetryMs : before.waitMs * 2);
    this.#retries.set(sid, { atMs: Date.now() + waitMs * (0.75 + Math.random() / 2), waitMs });
    if (before === undefined)
      onAlert(new Error(`${sid} is not in the store ${store.name}: ${error.message}`));
  }

  async #upload(sid: string): Promise<void> {
    const { store, log } = this.#options;
    const parcels = await this.#parcels(sid);
    for (const parcel of parcels) {
      await store.put(parcel);
      const stored = await storedHash(store, parcel.name);
      if (stored === null || !equal(stored, parcel.sha256))
        throw new Error('what was read back is not what was sent');
    }
    const [recording] = parcels;
    if (recording !== undefined) {
      const { bytes, sha256 } = recording;
      await log?.append({ type: 'backup', sid, store: store.name, bytes, sha256 });
    }
    await this.#parts.remove(sid);
    await fs.rm(join(this.#folder, sid), { force: true });
    this.#awaited.delete(sid);
    this.onStored();
  }

  /** The recording, locked for its retention, and its key, not locked; nothing if it was purged meanwhile. */
  async #parcels(sid: string): Promise<Parcel[]> {
    const path = this.#options.pathOf(sid);
    const recording = await openRecording(path).catch(async (error) => {
      if (await exists(path)) throw error;
      return null;
    });
    if (recording === null) return [];
    const { end } = await recording.outline().finally(() => recording.close());
    if (end === null) throw new Error('it is not complete');
    const { header, isEncrypted } = recording;
    const promised = header.map['retain_days'];
    const days = typeof promised === 'number' ? promised : this.#options.retainDays;
    const lockUntilUs = header.wallUs + (days === FOREVER ? FOREVER_DAYS : days) * DAY_US;
    const parcels = [await parcelOf(path, lockUntilUs)];
    if (isEncrypted) parcels.push(await parcelOf(wrappedKeyPath(path), null));
    return parcels;
  }
}

/** Puts a recording into the backlog; a gateway that runs finds it there within seconds. */
export async function markForStore(directory: string, sid: string): Promise<void> {
  const folder = join(directory, BACKLOG);
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const marker = await fs.open(join(folder, sid), 'a', 0o600);
  await marker.sync().finally(() => marker.close());
  await systemDisk.syncFolder(folder);
}

async function parcelOf(path: string, lockUntilUs: number | null): Promise<Parcel> {
  const [{ size: bytes }, sha256] = await Promise.all([fs.stat(path), hashFile(path)]);
  return { name: nameInStore(path), path, bytes, sha256, lockUntilUs };
}

async function exists(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  );
}
