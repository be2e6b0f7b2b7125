/** Disks for tests: one whose nth operation fails, and files in memory. */
import type { Disk, DiskFile } from '../../recorder/disk.ts';

/** What a faulty disk does to an operation. */
export interface Fault {
  /** Which operations, by name and path. */
  readonly on: (operation: string, path: string) => boolean;
  /** The first of them that fails, from 0; all after it fail too unless `once`. */
  readonly nth: number;
  readonly once?: boolean;
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS';
  /** For `writev`: bytes that are written before the failure. */
  readonly shortBytes?: number;
}

/** A disk that fails as told; `count()` says how many operations matched so far. */
export function faultyDisk(disk: Disk, fault: Fault): Disk & { count(): number; heal(): void } {
  let seen = 0;
  let healed = false;
  const due = (operation: string, path: string): boolean => {
    if (healed || !fault.on(operation, path)) return false;
    const index = seen++;
    return fault.once === true ? index === fault.nth : index >= fault.nth;
  };
  const guard = (operation: string, path: string): void => {
    if (due(operation, path)) throw failure(fault.code);
  };
  const wrap = (file: DiskFile, path: string): DiskFile => ({
    ...file,
    writev: async (views, position) => {
      if (!due('writev', path)) return file.writev(views, position);
      if (fault.shortBytes) await file.writev([Buffer.concat(views).subarray(0, fault.shortBytes)], position);
      throw failure(fault.code);
    },
    writeNow: (bytes, position) => {
      if (!due('writev', path)) return file.writeNow(bytes, position);
      if (fault.shortBytes) file.writeNow(bytes.subarray(0, fault.shortBytes), position);
      throw failure(fault.code);
    },
    datasync: async () => {
      guard('datasync', path);
      await file.datasync();
    },
    truncate: async (bytes) => {
      guard('truncate', path);
      await file.truncate(bytes);
    },
  });
  return {
    count: () => seen,
    heal: () => {
      healed = true;
    },
    open: async (path, how) => {
      guard('open', path);
      return wrap(await disk.open(path, how), path);
    },
    mkdir: async (path) => {
      guard('mkdir', path);
      await disk.mkdir(path);
    },
    rename: async (from, to) => {
      guard('rename', from);
      await disk.rename(from, to);
    },
    unlink: async (path) => {
      guard('unlink', path);
      await disk.unlink(path);
    },
    list: (path) => disk.list(path),
    syncFolder: async (path) => {
      guard('syncFolder', path);
      await disk.syncFolder(path);
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** A disk in memory: names and their contents, no folders. */
export function memoryDisk(files: Map<string, Buffer>): Disk {
  const missing = (path: string): Error => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return {
    open: async (path, how) => {
      if (how === 'create') files.set(path, Buffer.alloc(0));
      else if (!files.has(path)) throw missing(path);
      return memoryFileOf(files, path);
    },
    mkdir: async () => undefined,
    rename: async (from, to) => {
      files.set(to, files.get(from)!);
      files.delete(from);
    },
    unlink: async (path) => {
      files.delete(path);
    },
    list: async (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split('/')[0]!),
    syncFolder: async () => undefined,
  };
}

function memoryFileOf(files: Map<string, Buffer>, path: string): DiskFile {
  const put = (added: Uint8Array, position: number): number => {
    const old = files.get(path)!;
    const longer = Buffer.alloc(Math.max(old.length, position + added.length));
    longer.set(old);
    longer.set(added, position);
    files.set(path, longer);
    return added.length;
  };
  return {
    ...memoryFile(files.get(path)!),
    read: (target, position) => memoryFile(files.get(path)!).read(target, position),
    size: async () => files.get(path)!.length,
    writev: async (views, position) => put(Buffer.concat(views), position),
    writeNow: put,
    truncate: async (bytes) => {
      files.set(path, files.get(path)!.subarray(0, bytes));
    },
    datasync: async () => undefined,
  };
}

/** A file in memory, for reading. */
export function memoryFile(content: Uint8Array): DiskFile {
  const refuse = async (): Promise<never> => {
    throw new Error('a file for reading');
  };
  return {
    read: async (target, position) => {
      const part = content.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    size: async () => content.length,
    writev: refuse,
    writeNow: refuse,
    truncate: refuse,
    datasync: refuse,
    close: async () => undefined,
  };
}
