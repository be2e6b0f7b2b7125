/**
 * A log on disk as its one writer sees it. Entries are written, put on the medium and read
 * back; leaf hashes are computed from what was read, so that what is signed is what is stored.
 * Synchronous: the sealer does nothing else meanwhile, and what comes gathers into the next batch.
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bytes, equal } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { entriesOf, framed, subtreeOf, TILE_WIDTH, TileReader, tilePath } from './tiles.ts';
import { leafHash, rangeRoot } from './tree.ts';

const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** The right edge of a tree, and the files that hold all of it. */
export class LogFiles {
  readonly #folder: string;
  readonly #isDurable: boolean;
  /** Hashes of the unfinished tile of each level. */
  readonly #edge: Bytes[][] = [];
  /** Entries of the unfinished bundle, as they stand in it. */
  #bundle: Bytes[] = [];
  size = 0;

  /** Takes up a tree of `size` leaves. Throws `archive-damaged` if its right edge does not read back. */
  constructor(folder: string, size: number, isDurable: boolean) {
    this.#folder = folder;
    this.#isDurable = isDurable;
    this.#load(size);
  }

  /** The root of all leaves. */
  get root(): Bytes {
    const source = (level: number, index: number): Bytes => {
      const width = 2 ** (level % 8);
      const tile = Buffer.concat(this.#edge[Math.floor(level / 8)]!);
      return subtreeOf(tile, (index * width) % TILE_WIDTH, width);
    };
    return rangeRoot(source, 0, this.size);
  }

  /** Appends entries and puts them on the medium; returns the number of the first. */
  append(entries: readonly Bytes[]): number {
    const first = this.size;
    for (let at = 0; at < entries.length; ) {
      const room = TILE_WIDTH - this.#bundle.length;
      this.#extend(entries.slice(at, at + room));
      at += room;
    }
    return first;
  }

  /** Writes a file in one step: readers see the old one or the new one. */
  replace(name: string, content: string): void {
    const path = join(this.#folder, name);
    const draft = `${path}.new`;
    this.#write(draft, [Buffer.from(content)], this.#isDurable);
    fs.renameSync(draft, path);
    if (this.#isDurable) syncFolder(dirname(path));
  }

  /** Writes a file below the log's folder. */
  put(name: string, content: Bytes): void {
    const path = join(this.#folder, name);
    this.#write(path, [content], this.#isDurable);
    if (this.#isDurable) this.#syncFoldersOf(path);
  }

  /** Up to one bundle's worth. */
  #extend(entries: readonly Bytes[]): void {
    const number = Math.floor(this.size / TILE_WIDTH);
    this.#bundle.push(...entries.map(framed));
    const width = this.#bundle.length;
    const path = join(this.#folder, tilePath('entries', number, width));
    this.#write(path, this.#bundle, this.#isDurable);
    if (this.#isDurable) this.#syncFoldersOf(path);
    const stored = entriesOf(fs.readFileSync(path)) ?? [];
    const added = stored.slice(width - entries.length);
    if (stored.length !== width || !added.every((entry, i) => equal(entry, entries[i]!)))
      throw new PangateError('archive-damaged', 'the log does not read back what was written');
    for (const entry of added) this.#push(0, leafHash(entry));
    this.size += entries.length;
    if (width === TILE_WIDTH) {
      this.#bundle = [];
      fs.rmSync(join(this.#folder, `${tilePath('entries', number, TILE_WIDTH)}.p`), {
        recursive: true,
        force: true,
      });
    }
    this.#writeEdge();
  }

  #push(level: number, hash: Bytes): void {
    this.#edge[level] ??= [];
    const tile = this.#edge[level];
    tile.push(hash);
    if (tile.length < TILE_WIDTH) return;
    const bytes = Buffer.concat(tile);
    const number = this.#fullTiles(level);
    this.put(tilePath(level, number, TILE_WIDTH), bytes);
    const partial = join(this.#folder, `${tilePath(level, number, TILE_WIDTH)}.p`);
    fs.rmSync(partial, { recursive: true, force: true });
    this.#edge[level] = [];
    this.#written[level] = number + 1;
    this.#push(level + 1, subtreeOf(bytes, 0, TILE_WIDTH));
  }

  /** Full tiles of each level that are written. */
  readonly #written: number[] = [];

  #fullTiles(level: number): number {
    return this.#written[level] ?? 0;
  }

  /** Names of the unfinished tiles that are written. */
  readonly #edgeNames: string[] = [];

  /**
   * Unfinished tiles can be made again from the entries: they need no sync. Each is there whole or not
   * at all, and written once: others read the log meanwhile.
   */
  #writeEdge(): void {
    for (const [level, tile] of this.#edge.entries()) {
      if (tile.length === 0) continue;
      const name = tilePath(level, this.#fullTiles(level), tile.length);
      if (this.#edgeNames[level] === name) continue;
      const path = join(this.#folder, name);
      this.#write(`${path}.new`, tile, false);
      fs.renameSync(`${path}.new`, path);
      this.#edgeNames[level] = name;
    }
  }

  #load(size: number): void {
    const reader = new TileReader(this.#folder, size);
    this.size = size;
    for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
      const number = Math.floor(hashes / TILE_WIDTH);
      this.#written[level] = number;
      this.#edge[level] = [];
      if (hashes % TILE_WIDTH === 0) continue;
      if (level === 0) this.#loadBundle(reader, number);
      else this.#loadEdge(reader, level, number, hashes % TILE_WIDTH);
    }
    if (size > 0) this.#writeEdge();
  }

  #loadBundle(reader: TileReader, number: number): void {
    const entries = reader.bundle(number);
    this.#bundle = entries.map(framed);
    this.#edge[0] = entries.map(leafHash);
  }

  #loadEdge(reader: TileReader, level: number, number: number, width: number): void {
    for (let i = 0; i < width; i++) {
      const below = reader.tile(level - 1, number * TILE_WIDTH + i);
      this.#edge[level]!.push(subtreeOf(below, 0, TILE_WIDTH));
    }
  }

  #write(path: string, views: readonly Bytes[], isDurable: boolean): void {
    // A log whose folder was taken away does not make itself another one.
    if (!fs.existsSync(this.#folder)) throw new Error('the folder of the log is gone');
    fs.mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const file = fs.openSync(path, 'w', FILE_MODE);
    try {
      writeWhole(file, Buffer.concat(views));
      if (isDurable) fs.fdatasyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }

  #syncFoldersOf(path: string): void {
    for (let folder = dirname(path); folder.length >= this.#folder.length; folder = dirname(folder))
      syncFolder(folder);
  }
}

function writeWhole(file: number, bytes: Bytes): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at);
}

function syncFolder(path: string): void {
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}
