/** The report of a run as JSON: counts, places and reasons, never values. Written as it grows. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { unwritable } from '../config/file.ts';
import type { Sighting } from './chunk.ts';
import type { FileResult, Totals } from './run.ts';

/** Beside its place until it is whole. */
export class Report {
  readonly #path: string;
  readonly #handle: FileHandle;
  #files = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Throws `file-unreadable` if it cannot be written. */
  static async open(path: string, head: Readonly<Record<string, unknown>>): Promise<Report> {
    const handle = await open(partOf(path), 'w', 0o600).catch((error) => {
      throw unwritable(path, error);
    });
    const report = new Report(path, handle);
    try {
      await report.#write(`${JSON.stringify({ ...head }, null, 1).slice(0, -2)},\n "files": [`);
    } catch (error) {
      await report.abandon();
      throw error;
    }
    return report;
  }

  async add(result: FileResult): Promise<void> {
    await this.#write(`${this.#files++ > 0 ? ',' : ''}\n  ${JSON.stringify(entryOf(result))}`);
  }

  async finish(totals: Totals): Promise<void> {
    await this.#write(`\n ],\n "totals": ${JSON.stringify(totals)}\n}\n`);
    await this.#handle.sync();
    await this.#handle.close();
    await rename(partOf(this.#path), this.#path);
  }

  async #write(words: string): Promise<void> {
    await this.#handle.appendFile(words).catch((error) => {
      throw unwritable(this.#path, error);
    });
  }

  /** After an error: leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#handle.close();
    await rm(partOf(this.#path), { force: true });
  }
}

/** What a report says of one input. */
export function entryOf(result: FileResult): Readonly<Record<string, unknown>> {
  const { path, state, bytes, counts, sightings, omitted, error, column } = result;
  const findings = sightings.filter(isTaken);
  const passedOver = sightings.filter((sighting) => !isTaken(sighting));
  return {
    path,
    state,
    ...column,
    bytes,
    counts,
    findings,
    findingsOmitted: omitted,
    ...(passedOver.length > 0 && { passedOver }),
    ...(error && { error: { code: error.code, message: error.message, remedy: error.remedy } }),
  };
}

/** False for a number that was looked at and left. */
export function isTaken({ reason }: Sighting): boolean {
  return !reason.startsWith('not-');
}

function partOf(path: string): string {
  return `${path}.part`;
}
