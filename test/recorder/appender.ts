/**
 * A process that opens an archive, says `ready`, waits for a line, records one session of two
 * statements and ends: for faults that are put into its system calls. Says on stdout what was
 * accepted: `<sid> <seq>` a line. Argument: the directory.
 */
import { readSync, writeSync } from 'node:fs';
import { openArchive } from '../../recorder/index.ts';
import { acceptance, opening, writeStatement } from './sample.ts';

const archive = await openArchive({
  directory: process.argv[2]!,
  mode: 'strict',
  gatewayVersion: '0.0.0',
  threads: 1,
});
writeSync(1, 'ready\n');
readSync(0, Buffer.alloc(1));
const recorder = archive.open(opening);
for (let id = 0; id < 2; id++) {
  await acceptance(recorder, writeStatement(recorder, id)).catch(() => undefined);
  writeSync(1, `${recorder.sid} ${recorder.accepted}\n`);
}
await recorder.close('client left');
writeSync(1, `${recorder.sid} ${recorder.accepted}\n`);
await archive.close();
writeSync(1, 'end\n');
