/** The raw parts that a recorder is made of, on the same bytes: what nothing built from them can beat. */
import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { recordingLimits } from '../../recorder/limits.ts';
import { openZstd } from '../../recorder/zstd.ts';

const LEVEL = 3;
/** Bytes of a group of records of 10,000 a second, a millisecond each. */
const GROUP_BYTES = 6_000;

/** MB/s of compressing, segment by segment, in one thread. */
export async function zstdRate(raw: Uint8Array): Promise<number> {
  const zstd = await openZstd();
  const bytes = recordingLimits.segmentBytesMax;
  const beganMs = performance.now();
  for (let at = 0; at < raw.length; at += bytes) zstd.compress(raw.subarray(at, at + bytes), LEVEL);
  return raw.length / 1000 / (performance.now() - beganMs);
}

/** MB/s of hashing, segment by segment, in one thread. */
export function sha256Rate(raw: Uint8Array): number {
  const bytes = recordingLimits.segmentBytesMax;
  const beganMs = performance.now();
  for (let at = 0; at < raw.length; at += bytes)
    createHash('sha256')
      .update(raw.subarray(at, at + bytes))
      .digest();
  return raw.length / 1000 / (performance.now() - beganMs);
}

/** Milliseconds of single writes with fdatasync behind each, into a file that has its length. */
export function syncTimes(folder: string, count: number): number[] {
  const path = join(folder, 'sync');
  const file = openSync(path, 'w');
  const group = Buffer.alloc(GROUP_BYTES, 1);
  const times: number[] = [];
  try {
    writeSync(file, Buffer.alloc(GROUP_BYTES * count));
    fdatasyncSync(file);
    for (let i = 0; i < count; i++) {
      const beganMs = performance.now();
      writeSync(file, group, 0, group.length, i * group.length);
      fdatasyncSync(file);
      times.push(performance.now() - beganMs);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return times;
}
