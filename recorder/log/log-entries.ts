/** The entries of a log about one session, and proofs that they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { decodeEntry, type LoggedEntry } from './entry.ts';
import { parseNote } from './note.ts';
import { TILE_WIDTH, TileReader } from './tiles.ts';
import { formatTlogProof } from './tlog-proof.ts';
import { inclusionProof } from './tree.ts';

/** An entry with its place. */
export interface PlacedEntry {
  readonly index: number;
  readonly bytes: Bytes;
  readonly entry: LoggedEntry;
}

/** A log as far as one of its checkpoints goes. */
export class LogEntries {
  readonly #signed: string;
  readonly #size: number;
  readonly #reader: TileReader;

  /**
   * `upTo`: the checkpoint that witnesses have signed, where there is one, or the newest. Throws
   * `archive-damaged`.
   */
  constructor(folder: string, upTo: 'cosigned' | 'checkpoint' = 'cosigned') {
    const file = join(folder, upTo);
    this.#signed = readFileSync(existsSync(file) ? file : join(folder, 'checkpoint'), 'utf8');
    const checkpoint = parseCheckpoint(parseNote(utf8(this.#signed))?.text ?? '');
    if (checkpoint === null)
      throw new PangateError('archive-damaged', 'the checkpoint of the log is malformed');
    this.#size = checkpoint.size;
    this.#reader = new TileReader(folder, checkpoint.size);
  }

  /** Entries that name a session, in their order. */
  *of(sid: string): Generator<PlacedEntry> {
    for (let number = 0; number * TILE_WIDTH < this.#size; number++)
      for (const [i, bytes] of this.#reader.bundle(number).entries()) {
        if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(sid)) continue;
        const entry = decodeEntry(bytes);
        if (entry?.['sid'] === sid) yield { index: number * TILE_WIDTH + i, bytes, entry };
      }
  }

  /** Entries of some types, in their order, as they are stored: `verify --all` says whether they are what was logged. */
  *ofTypes(types: ReadonlySet<string>): Generator<LoggedEntry> {
    for (let number = 0; number * TILE_WIDTH < this.#size; number++)
      for (const bytes of this.#reader.bundle(number)) {
        const entry = decodeEntry(bytes);
        if (entry !== null && types.has(entry.type)) yield entry;
      }
  }

  /** The text of a proof that an entry is in the log. */
  prove(index: number, extra: Bytes): string {
    const hashes = inclusionProof(this.#reader.subtree, index, this.#size);
    return formatTlogProof({ extra, index, hashes, checkpoint: this.#signed });
  }
}
