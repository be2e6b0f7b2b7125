/**
 * A disk in memory that forgets as a power cut makes disks forget: of what was written and not
 * synchronised each page is there or not, each new or changed name is there or not. What `crash`
 * gives is one state that the medium may be in at this moment.
 */
import type { Disk, DiskFile } from '../../recorder/disk.ts';
import type { Random } from '../random.ts';

const PAGE_BYTES = 4096;

interface Node {
  current: Buffer;
  durable: Buffer;
  readonly dirty: Set<number>;
}

/** What happened to one name since its folder was synchronised last. */
type Names = Map<string, Node>;

/** The disk, and the states it may be found in. */
export interface VolatileDisk extends Disk {
  /** Called before every operation; for whoever wants to look at that moment. */
  onOperation: () => void;
  /** A state after a loss of power now: names and contents. */
  crash(random: Random): Map<string, Buffer>;
  /** The state after the end of the process now: all that was written is there. */
  kill(): Map<string, Buffer>;
}

/** An empty one. */
export function volatileDisk(): VolatileDisk {
  const names: Names = new Map();
  const durableNames: Names = new Map();
  const done = async (work: () => void): Promise<void> => {
    disk.onOperation();
    work();
  };
  const disk: VolatileDisk = {
    onOperation: () => undefined,
    open: async (path, how) => {
      disk.onOperation();
      return fileOf(opened(names, path, how), disk);
    },
    mkdir: async () => undefined,
    rename: (from, to) =>
      done(() => {
        names.set(to, names.get(from)!);
        names.delete(from);
      }),
    unlink: (path) =>
      done(() => {
        if (!names.delete(path)) throw missing(path);
      }),
    list: async (folder) => [...names.keys()].flatMap((path) => nameIn(folder, path)),
    syncFolder: (folder) => done(() => syncNames(folder, names, durableNames)),
    crash: (random) => crashed(names, durableNames, random),
    kill: () => new Map([...names].map(([path, { current }]) => [path, Buffer.from(current)])),
  };
  return disk;
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}

function opened(names: Names, path: string, how: 'create' | 'read' | 'change'): Node {
  const node = names.get(path);
  if (how !== 'create') {
    if (node === undefined) throw missing(path);
    return node;
  }
  if (node !== undefined) throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' });
  const made: Node = { current: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: new Set() };
  names.set(path, made);
  return made;
}

function nameIn(folder: string, path: string): string[] {
  return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0]!] : [];
}

function isIn(folder: string, path: string): boolean {
  return path.slice(0, path.lastIndexOf('/')) === folder;
}

function syncNames(folder: string, names: Names, durableNames: Names): void {
  for (const path of durableNames.keys())
    if (isIn(folder, path) && !names.has(path)) durableNames.delete(path);
  for (const [path, node] of names) if (isIn(folder, path)) durableNames.set(path, node);
}

function fileOf(node: Node, disk: VolatileDisk): DiskFile {
  const put = (bytes: Uint8Array, position: number): number => {
    disk.onOperation();
    const end = position + bytes.length;
    if (end > node.current.length)
      node.current = Buffer.concat([node.current, Buffer.alloc(end - node.current.length)]);
    node.current.set(bytes, position);
    for (let page = Math.floor(position / PAGE_BYTES); page * PAGE_BYTES < end; page++) node.dirty.add(page);
    return bytes.length;
  };
  return {
    read: async (target, position) => {
      const part = node.current.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    size: async () => node.current.length,
    writev: async (views, position) => put(Buffer.concat(views), position),
    writeNow: put,
    truncate: async (bytes) => {
      disk.onOperation();
      node.current = Buffer.from(node.current.subarray(0, bytes));
    },
    datasync: async () => {
      disk.onOperation();
      // What is written while the disk works may be missed by it: the state when it begins counts.
      const snapshot = Buffer.from(node.current);
      const dirty = [...node.dirty];
      await new Promise(setImmediate);
      disk.onOperation();
      node.durable = snapshot;
      for (const page of dirty) if (isSame(page, node.current, snapshot)) node.dirty.delete(page);
    },
    close: async () => undefined,
  };
}

function isSame(page: number, one: Buffer, other: Buffer): boolean {
  const from = page * PAGE_BYTES;
  return one.subarray(from, from + PAGE_BYTES).equals(other.subarray(from, from + PAGE_BYTES));
}

function crashed(names: Names, durableNames: Names, random: Random): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const path of new Set([...names.keys(), ...durableNames.keys()])) {
    const node = random.oneIn(2) ? names.get(path) : durableNames.get(path);
    if (node !== undefined) found.set(path, contentAfter(node, random));
  }
  return found;
}

/** Any of the unsynchronised pages are there, and the length is one of those that it has had. */
function contentAfter(node: Node, random: Random): Buffer {
  const { current, durable, dirty } = node;
  const length = random.oneIn(2) ? current.length : Math.min(durable.length, current.length);
  const content = Buffer.alloc(length);
  content.set(durable.subarray(0, length));
  const keep = random.below(3);
  for (const page of dirty) {
    if (keep === 0 || (keep === 1 && random.oneIn(2))) continue;
    const from = page * PAGE_BYTES;
    if (from < length) content.set(current.subarray(from, Math.min(from + PAGE_BYTES, length)), from);
  }
  return content;
}
