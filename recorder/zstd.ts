/**
 * One zstd for the recorder, from whichever library loads: zstd-napi (native, optional),
 * @cloudpss/zstd (its WebAssembly build: as quick as its native one, which shares one context
 * between threads), node:zlib (from Node 22.15 on). All write the same kind of frame: content
 * size and checksum on. All decode one frame at a time, with its extent and its length checked
 * here, since decoders differ in what they do with anything else.
 */

import * as zlib from 'node:zlib';
import { constants } from 'node:zlib';
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { dataFrame, frameHead } from './frame.ts';
import { xxh64Low } from './xxh64.ts';

/** An engine with the checks around it. */
export interface Zstd {
  readonly name: string;
  /** One frame, owned: level 1 to 19, content size and checksum on. */
  compress(bytes: Bytes, level: number): Bytes;
  /**
   * The content of exactly one frame. Throws `archive-damaged` if `frame` is anything else,
   * declares more than `bytesMax`, or does not decode to the length it declares.
   */
  decompress(frame: Bytes, bytesMax: number): Bytes;
}

/** What an engine does by itself; `Zstd` puts the checks around it. */
interface Engine {
  compress(bytes: Bytes, level: number): Bytes;
  decompress(frame: Bytes, contentBytes: number): Bytes;
}

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  'zstd-napi': native,
  cloudpss: cloudpss,
  'node:zlib': nodeZlib,
};

/** Names of the engines that are known, best first; `PANGATE_ZSTD` picks one. */
export const ZSTD_NAMES: readonly string[] = Object.keys(engines);

const opened = new Map<string, Promise<Zstd | null>>();

/** The engine of that name, or the best that loads and proves itself. Throws `native-missing`. */
export async function openZstd(name: string = process.env['PANGATE_ZSTD'] ?? ''): Promise<Zstd> {
  for (const candidate of name === '' ? ZSTD_NAMES : [name]) {
    const zstd = await tryZstd(candidate);
    if (zstd !== null) return zstd;
  }
  throw new PangateError(
    'native-missing',
    name === ''
      ? 'no zstd engine could be loaded'
      : 'the zstd engine named by PANGATE_ZSTD could not be loaded',
    `Run npm ci again, or set PANGATE_ZSTD to one of: ${ZSTD_NAMES.join(', ')}.`,
  );
}

/** The engine, or null if it does not load or fails its proof. */
export function tryZstd(name: string): Promise<Zstd | null> {
  let zstd = opened.get(name);
  if (zstd === undefined) {
    zstd = load(name);
    opened.set(name, zstd);
  }
  return zstd;
}

/** The engine in use, for start-up lines and `pangate doctor`. */
export async function describeZstd(): Promise<string> {
  return (await openZstd()).name;
}

async function load(name: string): Promise<Zstd | null> {
  try {
    const engine = await engines[name]!();
    const zstd = checked(name, engine);
    return proves(zstd) ? zstd : null;
  } catch {
    return null;
  }
}

function checked(name: string, engine: Engine): Zstd {
  return {
    name,
    compress: (bytes, level) => engine.compress(bytes, level),
    decompress: (frame, bytesMax) => {
      const extent = dataFrame(frame, 0, frame.length);
      if (extent === null || extent.bytes !== frame.length) throw damaged('is not one whole frame');
      if (extent.contentBytes > bytesMax) throw damaged('declares too much content');
      const content = decode(engine, frame, extent.contentBytes);
      if (content.length !== extent.contentBytes) throw damaged('has not the length it declares');
      return content;
    },
  };
}

function decode(engine: Engine, frame: Bytes, contentBytes: number): Bytes {
  try {
    return engine.decompress(frame, contentBytes);
  } catch {
    throw damaged('does not decode');
  }
}

function damaged(what: string): PangateError {
  return new PangateError('archive-damaged', `a zstd frame ${what}`);
}

/** A frame that comes back, and one with a wrong checksum that does not. */
function proves(zstd: Zstd): boolean {
  const sample = Buffer.from('pangate '.repeat(64));
  const frame = zstd.compress(sample, 3);
  if (!sample.equals(zstd.decompress(frame, sample.length))) return false;
  const broken = Uint8Array.from(frame);
  broken[broken.length - 1]! ^= 1;
  try {
    zstd.decompress(broken, sample.length);
    return false;
  } catch {
    return true;
  }
}

async function native(): Promise<Engine> {
  const { Compressor, Decompressor } = await import('zstd-napi');
  const compressor = new Compressor();
  const decompressor = new Decompressor();
  return {
    compress: (bytes, compressionLevel) => {
      compressor.setParameters({ compressionLevel, checksumFlag: true, contentSizeFlag: true });
      return compressor.compress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    },
    decompress: (frame) => decompressor.decompress(Buffer.from(frame.buffer, frame.byteOffset, frame.length)),
  };
}

async function cloudpss(): Promise<Engine> {
  const { compress, decompress } = await import('@cloudpss/zstd/wasm');
  return {
    compress: (bytes, level) => withChecksum(compress(bytes, level), bytes),
    decompress: (frame) => decompress(frame),
  };
}

/** Adds the checksum that a frame lacks: its flag in the descriptor, four bytes at the end. */
function withChecksum(frame: Bytes, content: Bytes): Bytes {
  const head = frameHead(frame, 0, frame.length);
  if (head === null || head.checksum) throw damaged('has an unexpected header');
  const longer = new Uint8Array(frame.length + 4);
  longer.set(frame);
  longer[4]! |= 4;
  new DataView(longer.buffer).setUint32(frame.length, xxh64Low(content), true);
  return longer;
}

interface ZlibZstd {
  zstdCompressSync(bytes: Bytes, options: object): Buffer;
  zstdDecompressSync(bytes: Bytes, options: object): Buffer;
}

async function nodeZlib(): Promise<Engine> {
  const api = zlib as unknown as ZlibZstd;
  const names = constants as unknown as Record<string, number>;
  const parameter = (name: string): number => names[`ZSTD_c_${name}`]!;
  return {
    compress: (bytes, level) =>
      api.zstdCompressSync(bytes, {
        params: {
          [parameter('compressionLevel')]: level,
          [parameter('contentSizeFlag')]: 1,
          [parameter('checksumFlag')]: 1,
        },
        pledgedSrcSize: bytes.length,
      }),
    decompress: (frame, contentBytes) =>
      api.zstdDecompressSync(frame, { maxOutputLength: Math.max(1, contentBytes) }),
  };
}
