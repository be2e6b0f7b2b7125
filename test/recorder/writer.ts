/**
 * A process that records under load until it is killed, and says on stdout what was accepted:
 * `<sid> <seq>` a line. Arguments: directory, segmentBytesMax, journalFileBytesMax, and `plain`, or
 * `signed` for recordings that a sealer process signs, whose id is said as `sealer <pid>`.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openArchive } from '../../recorder/archive.ts';
import { LOG_FOLDER } from '../../recorder/audit-log.ts';
import type { StartedSealer } from '../../recorder/index.ts';
import { opening, writeStatement } from './sample.ts';

const SESSIONS = 8;
const PENDING_MAX = 300_000;
const STATEMENTS_MAX = 2000;
const [directory, segmentBytesMax, journalFileBytesMax, how] = process.argv.slice(2);

const sealer = how === 'signed' ? await started() : null;
if (sealer !== null) writeSync(1, `sealer ${sealer.pid}\n`);

const archive = await openArchive({
  directory: directory!,
  mode: 'strict',
  gatewayVersion: '0.0.0',
  threads: 1,
  segmentBytesMax: Number(segmentBytesMax),
  journalFileBytesMax: Number(journalFileBytesMax),
  notary: sealer?.notary ?? null,
  onAlert: (error) => {
    // A sealer that is killed may be silent for long where the machine is busy.
    if (sealer === null) throw error;
  },
});

// The thread that packs is there before the load is: else most kills meet nothing but its start.
await session(1);
for (let i = 0; i < SESSIONS; i++) void record(i);

/** One session after the other, some short, some long. */
async function record(lane: number): Promise<void> {
  for (let round = 0; ; round++) {
    const isWhole = await session((lane * 7 + round * 31) % STATEMENTS_MAX);
    if (!isWhole) await sleep(100);
  }
}

/** One session of so many statements; false if its recorder failed. */
async function session(statements: number): Promise<boolean> {
  const recorder = archive.open(opening);
  recorder.onProgress = () => say(`${recorder.sid} ${recorder.accepted}\n`);
  for (let id = 0; id < statements; id++) {
    writeStatement(recorder, id, Array(id % 50).fill('card 411111******1111'));
    while (recorder.pendingBytes > PENDING_MAX || id % 20 === 0) {
      await new Promise(setImmediate);
      if (recorder.pendingBytes <= PENDING_MAX) break;
    }
  }
  await recorder.close('client left');
  return recorder.failure === null;
}

/** What nobody reads in time is not claimed: the pipe is full where the reader is kept waiting. */
function say(line: string): void {
  try {
    writeSync(1, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

/** Loaded where it is needed: thousands of these processes are started. */
async function started(): Promise<StartedSealer> {
  const { startSealer } = await import('../../recorder/index.ts');
  return startSealer({ folder: join(directory!, LOG_FOLDER), durability: 'process' });
}
