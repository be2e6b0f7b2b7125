/** What a run has done so far, kept in a file, so that the next one goes on from there. */
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PangateError } from '../../base/errors.ts';
import type { Entry } from './walk.ts';

/** One line for each file that is done: its status after it was. The first line names the rules. */
export class Ledger {
  readonly #done = new Map<string, string>();
  #handle: FileHandle | null = null;

  /** Reads what there is and goes on behind it. Throws `argument-invalid` if it belongs to other rules. */
  static async open(path: string, digest: string): Promise<Ledger> {
    const ledger = new Ledger();
    const isNew = !existsSync(path);
    if (!isNew) await ledger.#read(path, digest);
    ledger.#handle = await open(path, 'a', 0o600);
    if (isNew) await ledger.#write({ pangate: 'redact', rules: digest });
    return ledger;
  }

  /** True if this very file, unchanged since, was done before. */
  has(entry: Entry): boolean {
    return this.#done.get(entry.path) === stampOf(entry);
  }

  /** Notes a file that is in its place. */
  async add(path: string): Promise<void> {
    const { size, mtimeMs } = await stat(path);
    await this.#write({ path, stamp: stampOf({ size, mtimeMs }) });
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async #write(line: object): Promise<void> {
    await this.#handle?.appendFile(`${JSON.stringify(line)}\n`);
  }

  async #read(path: string, digest: string): Promise<void> {
    let isFirst = true;
    for await (const text of createInterface({ input: createReadStream(path) })) {
      const line = parse(text);
      if (isFirst && line['rules'] !== digest)
        throw new PangateError(
          'argument-invalid',
          `${path} belongs to a run with other rules`,
          'Remove it, or name another.',
        );
      isFirst = false;
      if (line['path']) this.#done.set(line['path'], line['stamp'] ?? '');
    }
  }
}

/** A kill may have cut the last line off. */
function parse(text: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}

function stampOf({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
  return `${size}:${mtimeMs}`;
}
