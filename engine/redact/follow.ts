/** A file that grows, and is rotated, as an input that never ends by itself. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bytes } from '../../base/bytes.ts';
import { unreadable } from '../config/file.ts';
import type { Intake } from './intake.ts';

/** How often a file that gives nothing is looked at. */
const LOOK_MS = 100;

/** Reads from the file's start; ends when `stop` is aborted and all is read. Throws `file-unreadable`. */
export async function followIntake(path: string, stop: AbortSignal): Promise<Intake> {
  const tail = new Tail(path, stop);
  await tail.open();
  return { read: (room) => tail.read(room), ready: () => tail.ready() };
}

class Tail {
  readonly #path: string;
  readonly #stop: AbortSignal;
  #handle: FileHandle | null = null;
  #inode = 0;
  #at = 0;

  constructor(path: string, stop: AbortSignal) {
    this.#path = path;
    this.#stop = stop;
  }

  async open(): Promise<void> {
    await this.#handle?.close();
    this.#handle = await open(this.#path, 'r').catch((error) => {
      throw unreadable(this.#path, error);
    });
    this.#inode = (await this.#handle.stat()).ino;
    this.#at = 0;
  }

  async read(room: Bytes): Promise<number> {
    await this.ready();
    const { bytesRead } = await this.#handle!.read(room, 0, room.length, this.#at);
    this.#at += bytesRead;
    if (bytesRead === 0) await this.#handle!.close();
    return bytesRead;
  }

  /** Waits until there is something to read, or the end. */
  async ready(): Promise<void> {
    while (!(await this.#hasMore()) && !this.#stop.aborted)
      await sleep(LOOK_MS, undefined, { signal: this.#stop }).catch(() => undefined);
  }

  /** A file that was cut is read from its start; another one in its place is read after it. */
  async #hasMore(): Promise<boolean> {
    const { size } = await this.#handle!.stat();
    if (size > this.#at) return true;
    if (size < this.#at) {
      this.#at = 0;
      return size > 0;
    }
    const there = await stat(this.#path).catch(() => null);
    if (there === null || there.ino === this.#inode) return false;
    // What was written between the two looks is still the old file's.
    if ((await this.#handle!.stat()).size > this.#at) return true;
    await this.open();
    return there.size > 0;
  }
}
