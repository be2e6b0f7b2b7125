/** The report of a run as JSON: counts, places and reasons, never values. Written as it grows. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { PangateError } from '../../base/errors.ts';
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
    const handle = await open(partOf(path), 'w', 0o600).catch((error: NodeJS.ErrnoException) => {
      throw new PangateError('file-unreadable', `cannot write ${path} (${error.code})`, 'Check its folder.');
    });
    const report = new Report(path, handle);
    await handle.write(`${JSON.stringify({ ...head }, null, 1).slice(0, -2)},\n "files": [`);
    return report;
  }

  async add(result: FileResult): Promise<void> {
    const { path, state, bytes, counts, sightings, omitted, error } = result;
    const all = {
      path,
      state,
      bytes,
      counts,
      findings: sightings,
      findingsOmitted: omitted,
      ...(error && { error }),
    };
    await this.#handle.write(`${this.#files++ > 0 ? ',' : ''}\n  ${JSON.stringify(all)}`);
  }

  async finish(totals: Totals): Promise<void> {
    await this.#handle.write(`\n ],\n "totals": ${JSON.stringify(totals)}\n}\n`);
    await this.#handle.sync();
    await this.#handle.close();
    await rename(partOf(this.#path), this.#path);
  }

  /** After an error: leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#handle.close();
    await rm(partOf(this.#path), { force: true });
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}
