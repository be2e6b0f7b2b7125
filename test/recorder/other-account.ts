/** A gateway's part under an account of its own: records a session and tries what it must not be able to do. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectSealer, openArchive } from '../../recorder/index.ts';
import { recordingIn } from './sample.ts';

/** What came of a forbidden act: the system's code, or `done`. */
function attempt(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const directory = process.argv[2]!;
const log = join(directory, 'log');
try {
  const notary = await connectSealer(log);
  const archive = await openArchive({ directory, mode: 'strict', gatewayVersion: '0', threads: 1, notary });
  const path = await recordingIn(archive, 3);
  await archive.close();
  await notary.close();
  const tried = {
    list: attempt(() => readdirSync(join(log, 'sealer'))),
    read: attempt(() => readFileSync(join(log, 'sealer/node.key'))),
    write: attempt(() => writeFileSync(join(log, 'checkpoint'), '')),
    replace: attempt(() => renameSync(log, `${log}.old`)),
  };
  process.stdout.write(JSON.stringify({ path, tried }));
} catch (error) {
  process.stdout.write(JSON.stringify({ failed: (error as Error).message }));
}
