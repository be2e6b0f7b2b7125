/** The thread of runner.ts: each message is a command line, each answer what it wrote and its exit code. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { run } from '../../cli/run.ts';
import type { Ran } from './runner.ts';

const { port, shared } = workerData as { port: MessagePort; shared: Int32Array };

/** What is written to a stream from now on. */
function caught(stream: NodeJS.WriteStream): Buffer[] {
  const parts: Buffer[] = [];
  stream.setMaxListeners(0);
  stream.write = ((part: string | Uint8Array) => {
    parts.push(Buffer.from(part as string));
    return true;
  }) as typeof stream.write;
  return parts;
}

port.on('message', async (words: readonly string[]) => {
  const [out, err] = [caught(process.stdout), caught(process.stderr)];
  process.exitCode = undefined;
  const status = await run(['node', 'pangate', ...words]);
  const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString();
  port.postMessage({ stdout: text(out), stderr: text(err), status } satisfies Ran);
  Atomics.store(shared, 0, 1);
  Atomics.notify(shared, 0);
});
