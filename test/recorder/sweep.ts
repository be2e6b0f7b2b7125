/** One session on a disk whose nth operation fails, for every n: nothing accepted is ever lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemDisk } from '../../recorder/disk.ts';
import { openArchive, recordingPath, verifyRecording } from '../../recorder/index.ts';
import { type Fault, faultyDisk } from './disks.ts';
import { acceptance, opening, writeStatement } from './sample.ts';

/** What came of one run. */
export interface SweepRun {
  /** Operations that the disk saw; beyond the last one there is nothing to fail. */
  readonly operations: number;
  readonly accepted: number;
  /** Empty if all that was accepted is in a recording that verifies. */
  readonly fault: string;
}

/** Records a session while the nth operation fails (once, or from there on), then recovers. */
export async function sweepOnce(
  fault: Pick<Fault, 'nth' | 'code' | 'once' | 'shortBytes'>,
): Promise<SweepRun> {
  const directory = mkdtempSync(join(tmpdir(), 'pangate-recorder-'));
  const disk = faultyDisk(systemDisk, { ...fault, on: () => true });
  try {
    const { sid, accepted } = await session(directory, disk);
    const healthy = await openArchive({ directory, mode: 'strict', gatewayVersion: '0', threads: 1 });
    await healthy.close();
    const report = accepted < 0 ? null : await verifyRecording(recordingPath(directory, sid));
    const holds = report === null || (report.status === 'VALID' && report.records > accepted);
    const what = holds ? '' : `${report.status}, ${report.records} records, accepted up to ${accepted}`;
    return { operations: disk.count(), accepted, fault: what };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function session(
  directory: string,
  disk: typeof systemDisk,
): Promise<{ sid: string; accepted: number }> {
  const options = { directory, disk, mode: 'strict', gatewayVersion: '0', threads: 1 } as const;
  try {
    const archive = await openArchive({ ...options, segmentBytesMax: 700, journalFileBytesMax: 1500 });
    const recorder = archive.open(opening);
    for (let id = 0; id < 6 && recorder.failure === null; id++)
      await acceptance(recorder, writeStatement(recorder, id)).catch(() => undefined);
    const { sid, accepted } = recorder;
    await recorder.close('client left');
    await archive.close();
    return { sid, accepted };
  } catch {
    return { sid: '', accepted: -1 };
  }
}
