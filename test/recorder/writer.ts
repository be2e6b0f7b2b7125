/**
 * A process that records under load until it is killed, and says on stdout what was accepted:
 * `<sid> <seq>` a line. Arguments: directory, segmentBytesMax, journalFileBytesMax, and `plain`, or
 * `signed` for recordings that a sealer process signs, whose id is said as `sealer <pid>`.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOG_FOLDER, openArchive, startSealer } from '../../recorder/index.ts';
import { opening, writeStatement } from './sample.ts';

const SESSIONS = 8;
const PENDING_MAX = 300_000;
const STATEMENTS_MAX = 2000;
const [directory, segmentBytesMax, journalFileBytesMax, how] = process.argv.slice(2);

const folder = join(directory!, LOG_FOLDER);
const sealer = how === 'signed' ? await startSealer({ folder, durability: 'process' }) : null;
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

for (let i = 0; i < SESSIONS; i++) void record(i);

/** One session after the other, some short, some long. */
async function record(lane: number): Promise<void> {
  for (let round = 0; ; round++) {
    const recorder = archive.open(opening);
    recorder.onProgress = () => writeSync(1, `${recorder.sid} ${recorder.accepted}\n`);
    const statements = (lane * 7 + round * 31) % STATEMENTS_MAX;
    for (let id = 0; id < statements; id++) {
      writeStatement(recorder, id, Array(id % 50).fill('card 411111******1111'));
      while (recorder.pendingBytes > PENDING_MAX || id % 20 === 0) {
        await new Promise(setImmediate);
        if (recorder.pendingBytes <= PENDING_MAX) break;
      }
    }
    await recorder.close('client left');
    if (recorder.failure !== null) await sleep(100);
  }
}
