/** Bytes that may be read anywhere: an archive whose table of contents is at its end. */
import type { FileHandle } from 'node:fs/promises';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { fill, type Intake } from '../redact/intake.ts';

/** A content of known size. */
export interface Source {
  readonly size: number;
  /** The bytes of [at, at + length). Throws `file-unreadable` if they are not all there. */
  read(at: number, length: number): Promise<Bytes>;
}

/** An open file, which stays the caller's. */
export function fileSource(handle: FileHandle, size: number): Source {
  const read = async (at: number, length: number): Promise<Bytes> => {
    const room = new Uint8Array(within(at, length, size));
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(room, done, length - done, at + done);
      if (bytesRead === 0) throw damaged('it ends too early');
      done += bytesRead;
    }
    return room;
  };
  return { size, read };
}

/** The whole of an intake in memory; throws `limit-exceeded` beyond `bytesMax`. */
export async function memorySource(intake: Intake, bytesMax: number): Promise<Source> {
  const parts: Bytes[] = [];
  let size = 0;
  for (let isEnd = false; !isEnd; ) {
    const room = new Uint8Array(262_144);
    const filled = await fill(intake, room);
    size += filled.count;
    isEnd = filled.isEnd;
    if (size > bytesMax)
      throw new PangateError(
        'limit-exceeded',
        `a zip that is no file of its own has more than ${bytesMax} bytes`,
        'Write it to a file, and scan that.',
      );
    parts.push(room.subarray(0, filled.count));
  }
  const whole = Buffer.concat(parts);
  return {
    size,
    read: async (at, length) => whole.subarray(at, at + within(at, length, size)),
  };
}

/** [from, to) of a source, in order. */
export function sliceIntake(source: Source, from: number, to: number): Intake {
  let at = from;
  return {
    async read(room) {
      const count = Math.min(room.length, to - at);
      if (count === 0) return 0;
      room.set(await source.read(at, count));
      at += count;
      return count;
    },
  };
}

/** An archive that does not read as its format demands. */
export function damaged(why: string): PangateError {
  return new PangateError('file-unreadable', `damaged archive: ${why}`, 'Get the file again.');
}

function within(at: number, length: number, size: number): number {
  if (at < 0 || length < 0 || at + length > size) throw damaged('it points outside of itself');
  return length;
}
