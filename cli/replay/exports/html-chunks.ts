/** Compressed parts of a page, written as they fill; two at a time are compressed beside the rest. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Sink } from './sink.ts';

const compress = promisify(gzip);
const PENDING_MAX = 4;

export class ChunkWriter {
  readonly #sink: Sink;
  readonly #pending: Promise<readonly [string, Buffer]>[] = [];
  #count = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** The id that the next chunk will have. */
  get nextId(): string {
    return `c${this.#count}`;
  }

  /** Takes the JSON text of a chunk; its id. */
  async add(json: string): Promise<string> {
    const id = this.nextId;
    this.#count++;
    this.#pending.push(compress(json, { level: 1 }).then((bytes) => [id, bytes] as const));
    if (this.#pending.length >= PENDING_MAX) await this.#write();
    return id;
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    while (this.#pending.length > 0) await this.#write();
  }

  async #write(): Promise<void> {
    const [id, bytes] = await this.#pending.shift()!;
    await this.#sink.write(`<script type="text/plain" id="${id}">${bytes.toString('base64')}</script>\n`);
  }
}
