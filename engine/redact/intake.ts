/** Where the bytes of an input come from. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Bytes } from '../../base/bytes.ts';

/** Bytes in order. */
export interface Intake {
  /** Fills `room` from its start with at least one byte; 0 at the end. */
  read(room: Bytes): Promise<number>;
  /** Resolves when `read` would answer at once; only of inputs that may keep one waiting. */
  readonly ready?: () => Promise<void>;
}

/** An open file, from where its position is. */
export function fileIntake(handle: FileHandle): Intake {
  return { read: async (room) => (await handle.read(room, 0, room.length)).bytesRead };
}

/** A stream of buffers. */
export function streamIntake(stream: Readable): Intake {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Bytes>;
  let left: Bytes = new Uint8Array(0);
  let ended = false;
  let pending: Promise<void> | null = null;
  const advance = async (): Promise<void> => {
    const next = await chunks.next();
    if (next.done) ended = true;
    else left = next.value;
    pending = null;
  };
  const ready = async (): Promise<void> => {
    while (left.length === 0 && !ended) {
      pending ??= advance();
      await pending;
    }
  };
  return {
    ready,
    async read(room) {
      await ready();
      const count = move(left, room);
      left = left.subarray(count);
      return count;
    },
  };
}

/** The bytes given, then those of an intake. */
export function after(head: Bytes, rest: Intake): Intake {
  let left = head;
  return {
    ...(rest.ready && { ready: async () => (left.length > 0 ? undefined : rest.ready!()) }),
    async read(room) {
      if (left.length === 0) return rest.read(room);
      const count = move(left, room);
      left = left.subarray(count);
      return count;
    },
  };
}

/** Tells `count` of what goes by. */
export function counted(intake: Intake, count: (bytes: number) => void): Intake {
  return {
    ...intake,
    async read(room) {
      const bytes = await intake.read(room);
      count(bytes);
      return bytes;
    },
  };
}

/** How far a `fill` has come. */
export interface Filled {
  readonly count: number;
  /** The input has ended. */
  readonly isEnd: boolean;
}

/**
 * Reads until `room` is full, the input ends, or (with `idleMs`) it has given at least one byte
 * and then nothing for so long.
 */
export async function fill(intake: Intake, room: Bytes, idleMs = 0): Promise<Filled> {
  let at = 0;
  while (at < room.length) {
    if (at > 0 && idleMs > 0 && intake.ready && !(await isSoon(intake.ready(), idleMs)))
      return { count: at, isEnd: false };
    const count = await intake.read(room.subarray(at));
    if (count === 0) return { count: at, isEnd: true };
    at += count;
  }
  return { count: at, isEnd: false };
}

/** Copies as much as fits. */
export function move(from: Bytes, room: Bytes): number {
  const count = Math.min(from.length, room.length);
  room.set(from.subarray(0, count));
  return count;
}

async function isSoon(ready: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const isReady = await Promise.race([ready.then(() => true), late]);
  clearTimeout(timer);
  return isReady;
}
