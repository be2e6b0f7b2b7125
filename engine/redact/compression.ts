/** Compressed inputs: read as what is in them, written as they came. */

import type { Transform } from 'node:stream';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { Bytes } from '../../base/bytes.ts';
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

const gzip: Compression = {
  name: 'gzip',
  ending: '.gz',
  isHead: (head) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8,
  decompress: (intake) => readThrough(intake, createGunzip({ chunkSize: READ_BYTES })),
  compress: (outlet) => writeThrough(outlet, createGzip({ chunkSize: READ_BYTES })),
};

const known: readonly Compression[] = [gzip];

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
function readThrough(intake: Intake, transform: Transform): Intake {
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
