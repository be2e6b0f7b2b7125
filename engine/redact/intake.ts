/** Where the bytes of an input come from. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Bytes } from '../../base/bytes.ts';

/** Bytes in order. */
export interface Intake {
  /** Fills `room` from its start with at least one byte; 0 at the end. */
  read(room: Bytes): Promise<number>;
}

/** An open file, from where its position is. */
export function fileIntake(handle: FileHandle): Intake {
  return { read: async (room) => (await handle.read(room, 0, room.length)).bytesRead };
}

/** A stream of buffers. */
export function streamIntake(stream: Readable): Intake {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Bytes>;
  let left: Bytes = new Uint8Array(0);
  return {
    async read(room) {
      while (left.length === 0) {
        const next = await chunks.next();
        if (next.done) return 0;
        left = next.value;
      }
      const count = Math.min(left.length, room.length);
      room.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
  };
}

/** The bytes given, then those of an intake. */
export function after(head: Bytes, rest: Intake): Intake {
  let left = head;
  return {
    async read(room) {
      if (left.length === 0) return rest.read(room);
      const count = Math.min(left.length, room.length);
      room.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
  };
}

/** Tells `count` of what goes by. */
export function counted(intake: Intake, count: (bytes: number) => void): Intake {
  return {
    async read(room) {
      const bytes = await intake.read(room);
      count(bytes);
      return bytes;
    },
  };
}

/** Reads until `room` is full or the input ends. */
export async function fill(intake: Intake, room: Bytes): Promise<number> {
  let at = 0;
  while (at < room.length) {
    const count = await intake.read(room.subarray(at));
    if (count === 0) break;
    at += count;
  }
  return at;
}
