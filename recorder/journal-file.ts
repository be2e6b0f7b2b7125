/**
 * One file of the journal. Where records are to reach the medium, zeros are written ahead of them,
 * a stretch at a time, and put there: a record that then takes the place of zeros changes nothing
 * about the file but its content, so that fdatasync has one thing to write and not the file
 * system's own journal as well. Readers take zeros for what they are: no frame.
 */
import type { Bytes } from '../base/bytes.ts';
import { type Disk, type DiskFile, writeAll } from './disk.ts';

/** A file that stays shorter than this is not worth it. */
const LONG_BYTES = 262_144;
/** Zeros that are written at a time, and the rest of them at which the next are. */
const AHEAD_BYTES = 1_048_576;
const AHEAD_BYTES_MIN = 524_288;
const ZEROS: Bytes = new Uint8Array(65_536);

export class JournalFile<Source> {
  readonly path: string;
  /** Where the next frame goes. */
  position = 0;
  /** Sessions whose last records in this file are not yet safe elsewhere, with that number. */
  readonly pins: Map<Source, number> = new Map();
  /** Sessions that have records in it. */
  readonly sids: Set<string> = new Set();
  readonly #handle: DiskFile;
  /** Zeros stand up to here, or have been overwritten. */
  #aheadTo = 0;
  #extending: Promise<void> | null = null;
  #extends: boolean;

  private constructor(path: string, handle: DiskFile, extended: boolean) {
    this.path = path;
    this.#handle = handle;
    this.#extends = extended;
  }

  /** A new file; `extended` if zeros are to be written ahead. */
  static async create<Source>(disk: Disk, path: string, extended: boolean): Promise<JournalFile<Source>> {
    return new JournalFile<Source>(path, await disk.open(path, 'create'), extended);
  }

  /** True if so many bytes can be written at once: no zeros are on their way to their place. */
  fits(bytes: number): boolean {
    return this.#extending === null || this.position + bytes <= this.#aheadTo;
  }

  /** Writes a little before it returns; it must fit. */
  writeNow(bytes: Bytes): void {
    this.#handle.writeNow(bytes, this.position);
    this.position += bytes.length;
    if (this.#isDue()) this.#extending = this.#extend();
  }

  async write(views: readonly Bytes[]): Promise<void> {
    await this.#extending;
    this.position = await writeAll(this.#handle, views, this.position);
  }

  /** All that was written is on the medium. */
  async datasync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#extending;
    await this.#handle.close();
  }

  #isDue(): boolean {
    if (!this.#extends || this.#extending !== null || this.position < LONG_BYTES) return false;
    return this.#aheadTo - this.position < AHEAD_BYTES_MIN;
  }

  /** Never fails: what has no room for zeros may have some for records. */
  async #extend(): Promise<void> {
    const from = Math.max(this.#aheadTo, this.position);
    const zeros = Array.from({ length: AHEAD_BYTES / ZEROS.length }, () => ZEROS);
    // Until they are there, only what was there before may be written over.
    this.#aheadTo = from;
    try {
      this.#aheadTo = await writeAll(this.#handle, zeros, from);
      await this.#handle.datasync();
    } catch {
      this.#extends = false;
    }
    this.#extending = null;
  }
}
