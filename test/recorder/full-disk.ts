/** A disk with room for so many bytes: what is written beyond them fails, what is removed gives room again. */
import type { Disk, DiskFile } from '../../recorder/disk.ts';

/** `used()`: bytes that lie on it. */
export function fullDisk(disk: Disk, bytesMax: number): Disk & { used(): number; grow(bytes: number): void } {
  const sizes = new Map<string, number>();
  let room = bytesMax;
  const used = (): number => [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const reserve = (path: string, to: number): void => {
    const size = sizes.get(path) ?? 0;
    if (to <= size) return;
    if (used() + to - size > room) throw Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC' });
    sizes.set(path, to);
  };
  const lengthOf = (views: readonly Uint8Array[]): number =>
    views.reduce((sum, view) => sum + view.length, 0);
  const wrap = (file: DiskFile, path: string): DiskFile => ({
    ...file,
    writeNow: (bytes, position) => {
      reserve(path, position + bytes.length);
      file.writeNow(bytes, position);
    },
    writev: async (views, position) => {
      reserve(path, position + lengthOf(views));
      return file.writev(views, position);
    },
    truncate: async (bytes) => {
      sizes.set(path, bytes);
      await file.truncate(bytes);
    },
  });
  return {
    ...disk,
    used,
    grow: (bytes) => {
      room += bytes;
    },
    open: async (path, how) => {
      const file = await disk.open(path, how);
      if (!sizes.has(path)) sizes.set(path, await file.size());
      return wrap(file, path);
    },
    rename: async (from, to) => {
      await disk.rename(from, to);
      sizes.set(to, sizes.get(from) ?? 0);
      sizes.delete(from);
    },
    unlink: async (path) => {
      await disk.unlink(path);
      sizes.delete(path);
    },
  };
}
