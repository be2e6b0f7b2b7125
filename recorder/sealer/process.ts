/** A sealer as a process of its own: says `ready` on standard output when it listens. */
import { openSealer, type SealerOptions } from './run.ts';
import { serveSealer } from './server.ts';

/** Runs until `ended` resolves. */
export async function runSealer(options: SealerOptions, ended: Promise<unknown>): Promise<void> {
  const { sealer, close } = await openSealer({ ...options, onFailure: giveUp });
  const stop = await serveSealer(sealer, options.folder);
  process.stdout.write('ready\n');
  await ended;
  await stop();
  await close();
}

/** What the log holds is not known any more: the next process begins from what it reads. */
function giveUp(error: Error): void {
  process.stderr.write(`pangate sealer: the log cannot be written: ${error.message}\n`);
  process.exit(1);
}
