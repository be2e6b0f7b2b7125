/**
 * Where a log's hashes and entries lie, and how they are read: c2sp.org/tlog-tiles. A tile
 * holds up to 256 hashes of one level; a bundle the entries of a tile of level 0, each behind
 * its length as a big-endian uint16.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { nodeHash, type SubtreeSource } from './tree.ts';

/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 256;
/** Length of a hash. */
export const HASH_BYTES = 32;
/** Longest entry. */
export const ENTRY_BYTES_MAX = 65_535;
const TILES_KEPT = 512;

/** `tile/<level>/<number>[.p/<width>]`; the level `entries` is that of the bundles. */
export function tilePath(level: number | 'entries', number: number, width: number): string {
  const digits = String(number).padStart(3, '0');
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const parts = padded.match(/.{3}/g)!;
  const path = parts.map((part, i) => (i < parts.length - 1 ? `x${part}` : part)).join('/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** How many hashes of tile `number` of a level a tree of `size` leaves has. */
export function tileWidth(level: number, number: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH));
}

/** Reads the tiles of one tree. Throws `archive-damaged` for what is missing or of the wrong length. */
export class TileReader {
  readonly #folder: string;
  readonly #size: number;
  readonly #tiles = new Map<string, Bytes>();

  constructor(folder: string, size: number) {
    this.#folder = folder;
    this.#size = size;
  }

  /** For proofs and roots. */
  readonly subtree: SubtreeSource = (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const width = 2 ** (level % 8);
    const first = index * width;
    const tile = this.tile(tileLevel, Math.floor(first / TILE_WIDTH));
    return subtreeOf(tile, first % TILE_WIDTH, width);
  };

  /** The hashes of a tile, as many as the tree has. */
  tile(level: number, number: number): Bytes {
    const key = `${level}/${number}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const width = tileWidth(level, number, this.#size);
    const { bytes: tile, width: stored } = this.#read(level, number, width);
    if (tile.length !== stored * HASH_BYTES) throw damaged('a tile has not its length');
    if (this.#tiles.size >= TILES_KEPT) this.#tiles.clear();
    this.#tiles.set(key, tile.subarray(0, width * HASH_BYTES));
    return tile.subarray(0, width * HASH_BYTES);
  }

  /** The entries of bundle `number`, as many as the tree has. */
  bundle(number: number): readonly Bytes[] {
    const width = tileWidth(0, number, this.#size);
    const { bytes, width: stored } = this.#read('entries', number, width);
    const entries = entriesOf(bytes);
    if (entries?.length !== stored) throw damaged('a bundle of entries is damaged');
    return entries.slice(0, width);
  }

  /** The partial one of just this width, else the full one that has replaced it. */
  #read(level: number | 'entries', number: number, width: number): { bytes: Bytes; width: number } {
    for (const each of [width, TILE_WIDTH]) {
      try {
        return { bytes: readFileSync(join(this.#folder, tilePath(level, number, each))), width: each };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(error as Error);
      }
    }
    throw damaged('a tile is missing');
  }
}

/** The root over `width` (a power of two) hashes of a tile. */
export function subtreeOf(tile: Bytes, first: number, width: number): Bytes {
  let hashes: Bytes[] = [];
  for (let i = first; i < first + width; i++)
    hashes.push(tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  while (hashes.length > 1)
    hashes = hashes.flatMap((hash, i) => (i % 2 === 0 ? [nodeHash(hash, hashes[i + 1]!)] : []));
  return hashes[0]!;
}

/** The entries of a bundle; null unless they fill it exactly. */
export function entriesOf(bundle: Bytes): Bytes[] | null {
  const entries: Bytes[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const to = at + 2 + bundle[at]! * 256 + bundle[at + 1]!;
    if (to > bundle.length) return null;
    entries.push(bundle.subarray(at + 2, to));
    at = to;
  }
  return at === bundle.length && entries.length <= TILE_WIDTH ? entries : null;
}

/** An entry as it stands in a bundle. */
export function framed(entry: Bytes): Bytes {
  const bytes = new Uint8Array(2 + entry.length);
  bytes[0] = entry.length >> 8;
  bytes[1] = entry.length & 255;
  bytes.set(entry, 2);
  return bytes;
}

function damaged(why: string): PangateError {
  return new PangateError('archive-damaged', `the log does not read back: ${why}`);
}

function unreadable(error: Error): PangateError {
  return new PangateError('file-unreadable', `cannot read the log: ${error.message}`);
}
