/** Where clean text goes. */
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Bytes } from '../../base/bytes.ts';
import { unwritable } from '../config/file.ts';

/** Takes clean bytes in order. */
export interface Outlet {
  /** Resolves when the bytes may be used again. */
  write(bytes: Bytes): Promise<void>;
  /** All is written. */
  end(): Promise<void>;
}

/** Writes nothing: for checks and dry runs. */
export const noOutlet: Outlet = { write: async () => undefined, end: async () => undefined };

/** A file that the caller closes. */
export function fileOutlet(handle: FileHandle): Outlet {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    },
    end: async () => undefined,
  };
}

/** A stream that stays open, such as standard output. Throws EPIPE as it is, else `file-unreadable`. */
export function streamOutlet(stream: Writable): Outlet {
  // The error comes to the write that met it.
  stream.on('error', () => undefined);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) =>
          error ? reject(isGone(error) ? error : unwritable('standard output', error)) : resolve(),
        );
      }),
    end: async () => undefined,
  };
}

/** The reader has ended, which is its right. */
function isGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE';
}
