/** What a run has done so far, kept in a file, so that the next one goes on from there. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PangateError } from '../../base/errors.ts';
import { unreadable, unwritable } from '../config/file.ts';
import type { Entry } from './walk.ts';

/** One line for each file that is done: its status after it was. The first line names the rules. */
export class Ledger {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #done = new Map<string, string>();

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Reads what there is and goes on behind it. Throws `argument-invalid` if it belongs to other rules. */
  static async open(path: string, digest: string): Promise<Ledger> {
    const handle = await open(path, 'a', 0o600).catch((error) => {
      throw unwritable(path, error);
    });
    const ledger = new Ledger(path, handle);
    try {
      await ledger.#begin(digest);
      return ledger;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** A kill may have cut the last line off: what is written now begins a new one. */
  async #begin(digest: string): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size === 0) return this.#write(`${JSON.stringify({ pangate: 'redact', rules: digest })}\n`);
    if ((await this.#read()) !== digest)
      throw new PangateError(
        'argument-invalid',
        `${this.#path} is not of a run with these rules`,
        'Remove it, or name another.',
      );
    await this.#write('\n');
  }

  /** True if this very file, unchanged since, was done before. */
  has(entry: Entry): boolean {
    return this.#done.get(entry.path) === stampOf(entry);
  }

  /** Notes a file that is in its place. */
  async add(path: string): Promise<void> {
    const { size, mtimeMs } = await stat(path);
    await this.#write(`${JSON.stringify({ path, stamp: stampOf({ size, mtimeMs }) })}\n`);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #write(line: string): Promise<void> {
    await this.#handle.appendFile(line).catch((error) => {
      throw unwritable(this.#path, error);
    });
  }

  /** The rules it belongs to; null if it names none. Throws `file-unreadable`. */
  async #read(): Promise<string | null> {
    let rules: string | null = null;
    try {
      for await (const text of createInterface({ input: createReadStream(this.#path) })) {
        const line = parse(text);
        rules ??= line['rules'] ?? null;
        if (line['path']) this.#done.set(line['path'], line['stamp'] ?? '');
      }
    } catch (error) {
      throw unreadable(this.#path, error);
    }
    return rules;
  }
}

/** Nothing, for a line that was cut. */
function parse(text: string): Readonly<Record<string, string>> {
  try {
    return (JSON.parse(text) as Record<string, string> | null) ?? {};
  } catch {
    return {};
  }
}

function stampOf({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
  return `${size}:${mtimeMs}`;
}
