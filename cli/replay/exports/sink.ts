/** Where an export goes: standard output, or a file that is complete or not there. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { PangateError } from '../../../base/errors.ts';
import { print } from '../output.ts';

/** Takes text or bytes in order. */
export interface Sink {
  readonly isTerminal: boolean;
  write(text: string | Uint8Array): Promise<void>;
}

/** Small writes are put together up to this many characters. */
const BATCH_CHARACTERS = 65_536;

/** Standard output; large and small writes alike. `live`: each write at once. */
export async function toStandardOutput(work: (sink: Sink) => Promise<void>, live: boolean): Promise<void> {
  const batch = new Batch(print, live ? 0 : BATCH_CHARACTERS);
  await work({ isTerminal: process.stdout.isTTY === true, write: (text) => batch.write(text) });
  await batch.flush();
}

/** A file next to its name until it is whole. Throws `file-unreadable`. */
export async function toFile(path: string, work: (sink: Sink) => Promise<void>): Promise<void> {
  const draft = `${path}.part`;
  const stream = createWriteStream(draft, { mode: 0o600 });
  const failed = new Promise<never>(
    (_, reject) => void stream.once('error', (error) => reject(cannotWrite(error))),
  );
  failed.catch(() => undefined);
  const batch = new Batch((text) => written(stream, text, failed), BATCH_CHARACTERS);
  try {
    await work({ isTerminal: false, write: (text) => batch.write(text) });
    await batch.flush();
    stream.end();
    await Promise.race([failed, told(stream, 'finish')]);
    await rename(draft, path);
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}

async function written(
  stream: WriteStream,
  text: string | Uint8Array,
  failed: Promise<never>,
): Promise<void> {
  if (!stream.write(text)) await Promise.race([failed, told(stream, 'drain')]);
}

/** `once` of node:events would take an error for its own. */
function told(stream: WriteStream, event: 'finish' | 'drain'): Promise<void> {
  return new Promise((resolve) => void stream.once(event, () => resolve()));
}

function cannotWrite(error: Error): PangateError {
  return new PangateError(
    'file-unreadable',
    `cannot write the export: ${error.message}`,
    'Check folder and space.',
  );
}

class Batch {
  readonly #out: (text: string | Uint8Array) => Promise<void>;
  #parts: string[] = [];
  #characters = 0;

  readonly #charactersMax: number;

  constructor(out: (text: string | Uint8Array) => Promise<void>, charactersMax: number) {
    this.#out = out;
    this.#charactersMax = charactersMax;
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (typeof text === 'string') {
      this.#parts.push(text);
      this.#characters += text.length;
      if (this.#characters >= this.#charactersMax) await this.flush();
      return;
    }
    await this.flush();
    await this.#out(text);
  }

  async flush(): Promise<void> {
    if (this.#characters === 0) return;
    const text = this.#parts.join('');
    this.#parts = [];
    this.#characters = 0;
    await this.#out(text);
  }
}
