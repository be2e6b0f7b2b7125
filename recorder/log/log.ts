/**
 * The append-only log over all sessions, as its one writer: entries in, signed checkpoints out
 * (docs/formats/pgr-v1.md, "Log"). An append resolves when its entry is on the medium and
 * under a signed checkpoint; what waits meanwhile goes together.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equal, utf8 } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry, AuditLog } from '../../base/recording.ts';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts';
import { encodeEntry } from './entry.ts';
import { LogFiles } from './log-files.ts';
import { isNoteSignedBy, type NamedKey, parseNote, signNote, verifierOf } from './note.ts';

const BATCH_MAX = 1024;
const WAITING_MAX = 65_536;

/** How to open a log. */
export interface LogOptions {
  readonly folder: string;
  /** Signs checkpoints; its name is the log's origin. */
  readonly key: NamedKey;
  readonly durability: 'disk' | 'process';
  readonly clock?: Clock;
  /** Told of each new checkpoint, a signed note. */
  readonly onCheckpoint?: (note: string, checkpoint: Checkpoint) => void;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (index: number) => void;
  readonly reject: (error: Error) => void;
}

/** The writer of one log. Its folder is locked by who opens it. */
export class Log implements AuditLog {
  readonly #options: LogOptions;
  readonly #clock: Clock;
  #files: LogFiles;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #isClosed = false;

  /** Throws `archive-damaged` if what is there is not what the last checkpoint signs. */
  constructor(options: LogOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#files = this.#open();
  }

  /** Entries in the log. */
  get size(): number {
    return this.#files.size;
  }

  /** The head that is signed. */
  get checkpoint(): Checkpoint {
    return { origin: this.#options.key.name, size: this.#files.size, root: this.#files.root };
  }

  append(entry: AuditEntry): Promise<number> {
    if (this.#isClosed) return Promise.reject(new PangateError('shutting-down', 'the log is closed'));
    if (this.#waiting.length >= WAITING_MAX)
      return Promise.reject(new PangateError('limit-exceeded', 'too many entries wait for the log'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Stores something beside the log: cosignatures, time stamps. */
  put(name: string, content: Uint8Array): void {
    this.#files.put(name, content);
  }

  /** Publishes a checkpoint with more signatures, if it is still the newest. */
  publish(note: string, size: number): void {
    if (size === this.#files.size) this.#files.replace('checkpoint', note);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        this.#commit(batch);
      } catch (error) {
        for (const each of batch) each.reject(error as Error);
        await this.#reopen();
      }
      await new Promise(setImmediate);
    }
    this.#running = null;
  }

  #commit(batch: readonly Waiting[]): void {
    const timeUs = this.#clock.wallUs();
    const taken: { waiting: Waiting; bytes: Uint8Array }[] = [];
    for (const waiting of batch) {
      try {
        taken.push({ waiting, bytes: encodeEntry(waiting.entry, timeUs) });
      } catch (error) {
        waiting.reject(error as Error);
      }
    }
    if (taken.length === 0) return;
    const first = this.#files.append(taken.map(({ bytes }) => bytes));
    this.#sign();
    for (const [i, { waiting }] of taken.entries()) waiting.resolve(first + i);
  }

  #sign(): void {
    const { checkpoint } = this;
    const note = signNote(checkpointText(checkpoint), [this.#options.key]);
    this.#files.replace('checkpoint', note);
    this.#options.onCheckpoint?.(note, checkpoint);
  }

  /** After a failed write the tail is not known: the log goes on from its last checkpoint. */
  async #reopen(): Promise<void> {
    try {
      this.#files = this.#open();
    } catch (error) {
      this.#isClosed = true;
      for (const each of this.#waiting.splice(0)) each.reject(error as Error);
    }
  }

  #open(): LogFiles {
    const { folder, durability } = this.#options;
    const last = this.#last();
    const files = new LogFiles(folder, last?.size ?? 0, durability === 'disk');
    if (last !== null && !equal(files.root, last.root))
      throw new PangateError('archive-damaged', 'the log is not the one that its checkpoint signs');
    return files;
  }

  /** The last checkpoint; null for a new log. */
  #last(): Checkpoint | null {
    const text = readIfThere(join(this.#options.folder, 'checkpoint'));
    if (text === null) return null;
    const note = parseNote(utf8(text));
    const checkpoint = note === null ? null : parseCheckpoint(note.text);
    const { key } = this.#options;
    if (note === null || checkpoint?.origin !== key.name || !isNoteSignedBy(note, verifierOf(key)))
      throw new PangateError('archive-damaged', "the log's checkpoint is not signed by its key");
    return checkpoint;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new PangateError('file-unreadable', `cannot read the log: ${(error as Error).message}`);
  }
}
