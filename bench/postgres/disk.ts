/** What one durable write takes on the disk that recordings lie on: the floor under strict recording. */
import { closeSync, fdatasyncSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../bench.ts';

const WRITES = 200;
const FILE_BYTES = 1_048_576;

/** Milliseconds from a write of 512 bytes into a file that has its size to the end of fdatasync. */
export function durableWrite(): Measurement {
  const folder = mkdtempSync(join(tmpdir(), 'pangate-disk-'));
  const file = openSync(join(folder, 'journal'), 'w');
  const samples: number[] = [];
  try {
    ftruncateSync(file, FILE_BYTES);
    for (let i = 0; i < WRITES; i++) {
      const beganMs = performance.now();
      writeSync(file, Buffer.alloc(512, i), 0, 512, i * 512);
      fdatasyncSync(file);
      samples.push(performance.now() - beganMs);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
  return {
    measure: 'write + fdatasync of 512 bytes',
    unit: 'ms',
    better: 'less',
    samples: { 'this disk': samples },
  };
}
