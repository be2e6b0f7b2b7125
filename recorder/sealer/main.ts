/**
 * The process that a gateway starts: `node main.js '<options as JSON>'`. It ends when its
 * standard input does, which is when the gateway has ended, however that was.
 */
import { runSealer } from './process.ts';
import type { SealerOptions } from './run.ts';

// A signal to the whole group is for the gateway: it still needs its sealer to end its sessions.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const ended = new Promise((resolve) => process.stdin.resume().once('end', resolve).once('error', resolve));
try {
  await runSealer(JSON.parse(process.argv[2] ?? '{}') as SealerOptions, ended);
  process.exit(0);
} catch (error) {
  process.stderr.write(`pangate sealer: ${(error as Error).message}\n`);
  process.exit(1);
}
