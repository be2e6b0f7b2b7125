/**
 * Compressed inputs: read as what is in them, written as they came. What does it is loaded when it
 * is needed: most inputs are plain, and to load all of it would be a tenth of a short run.
 */

import type { Transform } from 'node:stream';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { type Bytes, NO_BYTES } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { type Intake, streamIntake } from './intake.ts';
import type { Outlet } from './outlet.ts';

/** A compression that is known by its first bytes. */
export interface Compression {
  readonly name: string;
  /** File name's ending. */
  readonly ending: string;
  isHead(head: Bytes): boolean;
  /** Throws `file-unreadable` from its reads where the input is damaged. */
  decompress(intake: Intake): Intake;
  compress(outlet: Outlet): Outlet;
}

const READ_BYTES = 262_144;
const ZSTD_LEVEL = 3;

const gzip: Compression = {
  name: 'gzip',
  ending: '.gz',
  isHead: (head) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8,
  decompress: (intake) => readThrough(intake, createGunzip({ chunkSize: READ_BYTES })),
  compress: (outlet) => writeThrough(outlet, createGzip({ chunkSize: READ_BYTES })),
};

/** Written as one frame a piece, which every reader takes for one content. */
const zstd: Compression = {
  name: 'zstd',
  ending: '.zst',
  isHead: (head) => head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd && head[0] === 0x28,
  decompress: (intake) => opened(async () => (await import('./zstd/frames.ts')).zstdIntake(intake)),
  compress: zstdOutlet,
};

function zstdOutlet(outlet: Outlet): Outlet {
  let frames = 0;
  const write = async (bytes: Bytes): Promise<void> => {
    frames++;
    const { openZstd } = await import('../../recorder/zstd.ts');
    await outlet.write((await openZstd()).compress(bytes, ZSTD_LEVEL));
  };
  return {
    write,
    end: async () => {
      if (frames === 0) await write(NO_BYTES);
      await outlet.end();
    },
  };
}

const bzip2: Compression = {
  name: 'bzip2',
  ending: '.bz2',
  isHead: (head) => head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[3]! - 0x31 < 9,
  decompress: (intake) => opened(async () => (await import('./bzip2/decoder.ts')).bzip2Intake(intake)),
  compress: bzip2Outlet,
};

function bzip2Outlet(outlet: Outlet): Outlet {
  let made: Promise<Outlet> | null = null;
  const inner = (): Promise<Outlet> => {
    made ??= import('./bzip2/encoder.ts').then((encoder) => encoder.bzip2Outlet(outlet));
    return made;
  };
  return {
    write: async (bytes) => (await inner()).write(bytes),
    end: async () => (await inner()).end(),
  };
}

/** An intake that is made at its first read. */
function opened(make: () => Promise<Intake>): Intake {
  let made: Promise<Intake> | null = null;
  return {
    read: async (room) => {
      made ??= make();
      return (await made).read(room);
    },
  };
}

const known: readonly Compression[] = [gzip, zstd, bzip2];

/** The compression of an input, by its first bytes; null if there is none. */
export function compressionOf(head: Bytes): Compression | null {
  return known.find((compression) => compression.isHead(head)) ?? null;
}

/** `app.log.gz` without the ending of a compression. */
export function plainName(name: string): string {
  const compression = known.find(({ ending }) => name.toLowerCase().endsWith(ending));
  return compression ? name.slice(0, -compression.ending.length) : name;
}

/** What comes out of a transform that is fed from an intake. */
export function readThrough(intake: Intake, transform: Transform): Intake {
  Readable.from(chunksOf(intake), { objectMode: false, highWaterMark: READ_BYTES })
    .on('error', (error) => transform.destroy(error))
    .pipe(transform);
  const read = streamIntake(transform);
  return {
    ...read,
    async read(room) {
      try {
        return await read.read(room);
      } catch (error) {
        if (error instanceof PangateError) throw error;
        const code = (error as NodeJS.ErrnoException).code ?? 'error';
        throw new PangateError('file-unreadable', `damaged compressed data (${code})`, 'Get the file again.');
      }
    },
  };
}

async function* chunksOf(intake: Intake): AsyncGenerator<Bytes> {
  for (;;) {
    const room = Buffer.allocUnsafe(READ_BYTES);
    const count = await intake.read(room);
    if (count === 0) return;
    yield room.subarray(0, count);
  }
}

/** An outlet whose bytes go through a transform first. */
function writeThrough(outlet: Outlet, transform: Transform): Outlet {
  const done = (async () => {
    for await (const bytes of transform) await outlet.write(bytes as Bytes);
  })();
  done.catch(() => transform.destroy());
  return {
    write: (bytes) =>
      Promise.race([
        done,
        new Promise<void>((resolve, reject) => {
          transform.write(bytes, (error) => (error ? reject(error) : resolve()));
        }),
      ]),
    async end() {
      transform.end();
      await done;
      await outlet.end();
    },
  };
}
