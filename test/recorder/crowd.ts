/**
 * A process with many sessions at a time: some last, some are short and followed by others, until its
 * standard input ends. Arguments: directory, sessions.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOG_FOLDER, openArchive, startSealer } from '../../recorder/index.ts';
import { opening, writeStatement } from './sample.ts';

const [directory, sessions] = process.argv.slice(2);
/** Of so many sessions one lasts to the end. */
const LASTING = 4;
const STATEMENTS = 12;
const PAUSE_MS = 2000;

const sealer = await startSealer({ folder: join(directory!, LOG_FOLDER), durability: 'process' });
const archive = await openArchive({
  directory: directory!,
  mode: 'best-effort',
  durability: 'process',
  gatewayVersion: '0.0.0',
  threads: 1,
  segmentBytesMax: 4096,
  journalFileBytesMax: 4_000_000,
  notary: sealer.notary,
  onAlert: (error) => process.stderr.write(`${error.message}\n`),
});
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();

/** One session after the other, or one that lasts. */
async function record(lane: number): Promise<void> {
  await sleep((lane * 37) % PAUSE_MS);
  while (!isOver) {
    const recorder = archive.open(opening);
    for (let id = 0; !isOver && (lane % LASTING === 0 || id < STATEMENTS); id++) {
      writeStatement(recorder, id, ['x'.repeat(lane % 100), 'y'.repeat(id % 50)]);
      await sleep(PAUSE_MS);
    }
    await recorder.close('client left');
  }
}

await Promise.all(Array.from({ length: Number(sessions) }, (_, lane) => record(lane)));
await archive.close();
await sealer.stop();
