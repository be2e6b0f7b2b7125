/** A strict session that fills a disk up: what is left of it. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemDisk } from '../../recorder/disk.ts';
import { openArchive, openRecording, type RecordRead, verifyRecording } from '../../recorder/index.ts';
import { fullDisk } from './full-disk.ts';
import { acceptance, opening, writeStatement } from './sample.ts';

/** Raw bytes of its segments. */
export const SEGMENT_BYTES = 4096;

/** How it ended. */
export interface Ended {
  readonly failure: Error | null;
  readonly accepted: number;
  readonly last: RecordRead | undefined;
  readonly records: number;
  readonly status: string;
  /** Only the next start, with room, has completed the recording. */
  readonly isLate: boolean;
}

/** A strict session on a disk with room for so many bytes, to its end. */
export async function fill(bytesMax: number, reserveBytes: number): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), 'pangate-full-'));
  try {
    return await filled(directory, bytesMax, reserveBytes);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function filled(directory: string, bytesMax: number, reserveBytes: number): Promise<Ended> {
  const disk = fullDisk(systemDisk, bytesMax);
  const spaceOf = async (): Promise<{ usedBytes: number; totalBytes: number }> => ({
    usedBytes: 0,
    totalBytes: 10_000_000,
  });
  const archive = await openArchive({
    directory,
    disk,
    mode: 'strict',
    gatewayVersion: '0',
    threads: 1,
    durability: 'process',
    segmentBytesMax: SEGMENT_BYTES,
    space: { reserveBytes, spaceOf },
  });
  await reserved(join(directory, 'reserve'), reserveBytes);
  const recorder = archive.open(opening);
  let accepted = -1;
  for (let id = 0; recorder.failure === null && id < 2000; id++) {
    await acceptance(recorder, writeStatement(recorder, id)).catch(() => undefined);
    accepted = recorder.accepted;
  }
  const { failure } = recorder;
  await recorder.close('client left');
  await archive.close();
  const path = archive.pathOf(recorder.sid);
  let { status } = await verifyRecording(path);
  const isLate = status !== 'VALID';
  if (isLate) {
    await (await openArchive({ directory, mode: 'strict', gatewayVersion: '0', threads: 1 })).close();
    status = (await verifyRecording(path)).status;
  }
  const records: RecordRead[] = [];
  const recording = await openRecording(path);
  for await (const record of recording.records()) records.push(record);
  await recording.close();
  return { failure, accepted, last: records.at(-1), records: records.length, status, isLate };
}

/** The reserve is held: it stands there whole, and a moment later the archive knows. */
async function reserved(path: string, bytes: number): Promise<void> {
  for (let looks = 0; looks < 1000; looks++) {
    if (existsSync(path) && statSync(path).size === bytes) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
