/**
 * The few file operations that the recorder makes, asynchronous all but small writes, behind one interface so
 * that tests can make the nth of them fail.
 */
import { close, constants, fstat, open, read, type Stats, writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Bytes } from '../base/bytes.ts';

/** One open file. Positions are explicit, so that a failed write changes nothing by itself. */
export interface DiskFile {
  /** Writes some of the views at a position; the number of bytes written, which may be fewer. */
  writev(views: readonly Bytes[], position: number): Promise<number>;
  /** Writes all of a few bytes before it returns. */
  writeNow(bytes: Bytes, position: number): void;
  /** Reads into `target`; the number of bytes read, 0 at the end. */
  read(target: Bytes, position: number): Promise<number>;
  size(): Promise<number>;
  truncate(bytes: number): Promise<void>;
  /** Content, and its length, on the medium. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** What the recorder asks of a file system. */
export interface Disk {
  /** `create` fails if the file exists; `read` and `change` fail if it does not. */
  open(path: string, how: 'create' | 'read' | 'change'): Promise<DiskFile>;
  /** Creates a folder and those above it. */
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** Entries of a folder on the medium. */
  syncFolder(path: string): Promise<void>;
}

const FLAGS = {
  create: constants.O_CREAT | constants.O_EXCL | constants.O_RDWR,
  read: constants.O_RDONLY,
  change: constants.O_RDWR,
};
/** Recordings are for their owner alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The real one. */
export const systemDisk: Disk = {
  open: async (path, how) =>
    how === 'read'
      ? readFile(await told((done) => open(path, FLAGS.read, done)))
      : systemFile(await fs.open(path, FLAGS[how], FILE_MODE)),
  mkdir: async (path) => {
    await fs.mkdir(path, { recursive: true, mode: FOLDER_MODE });
  },
  rename: fs.rename,
  unlink: fs.unlink,
  list: fs.readdir,
  syncFolder: async (path) => {
    const folder = await fs.open(path, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

function systemFile(handle: fs.FileHandle): DiskFile {
  // To ask the handle takes a call into Node.js; once it is closed the number may be another file's.
  let { fd } = handle;
  return {
    writeNow: (bytes, position) => {
      for (let at = 0; at < bytes.length; )
        at += taken(writeSync(fd, bytes, at, bytes.length - at, position + at));
    },
    writev: async (views, position) => (await handle.writev(views as Bytes[], position)).bytesWritten,
    read: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    size: async () => (await handle.stat()).size,
    truncate: (bytes) => handle.truncate(bytes),
    datasync: () => handle.datasync(),
    close: () => {
      fd = -1;
      return handle.close();
    },
  };
}

/** For reading alone, by its number: a `FileHandle` costs several times as much, which lists of thousands notice. */
function readFile(number: number): DiskFile {
  let fd = number;
  return {
    writev: refused,
    writeNow: refused,
    truncate: refused,
    datasync: refused,
    read: (target, position) => told((done) => read(fd, target, 0, target.length, position, done)),
    size: async () => (await told<Stats>((done) => fstat(fd, done))).size,
    close: () => {
      // The number may be another file's from now on.
      const open = fd;
      fd = CLOSED;
      return open === CLOSED ? Promise.resolve() : told((done) => close(open, done));
    },
  };
}

/** No file's number. */
const CLOSED = -1;

function refused(): never {
  throw new Error('the file is open for reading only');
}

/** The result that a callback of node:fs is given. */
function told<Result = void>(
  call: (done: (error: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) =>
    call((error, result) => (error ? reject(error) : resolve(result as Result))),
  );
}

/** Writes all views at a position; returns the position after them. */
export async function writeAll(file: DiskFile, views: readonly Bytes[], position: number): Promise<number> {
  let rest = views.filter((view) => view.length > 0);
  let at = position;
  while (rest.length > 0) {
    const written = taken(await file.writev(rest, at));
    at += written;
    rest = without(rest, written);
  }
  return at;
}

function taken(bytes: number): number {
  if (bytes <= 0) throw new Error('a write took no bytes');
  return bytes;
}

function without(views: readonly Bytes[], bytes: number): Bytes[] {
  let index = 0;
  let left = bytes;
  while (index < views.length && left >= views[index]!.length) left -= views[index++]!.length;
  const rest = views.slice(index);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}

/** Reads up to `target.length` bytes at a position; fewer only at the end of the file. */
export async function readFull(file: DiskFile, target: Bytes, position: number): Promise<number> {
  let at = 0;
  while (at < target.length) {
    const read = await file.read(target.subarray(at), position + at);
    if (read === 0) break;
    at += read;
  }
  return at;
}

/** Puts a new or changed name on the medium, and the folders above it up to `root`. */
export async function syncFolders(disk: Disk, path: string, root: string): Promise<void> {
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    await disk.syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}
