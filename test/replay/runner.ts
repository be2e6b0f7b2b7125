/**
 * Runs command lines in a thread of this process, one after the other: all of the command but the start
 * of a process, which takes seconds on a busy machine. What needs one (pagers, terminals) starts it.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** What a command line gave. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

const WAIT_MS = 50_000;

/** Runs `pangate <words>` with an environment, and waits for it. */
export function runner(env: NodeJS.ProcessEnv): (...words: readonly string[]) => Ran {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./runner-thread.js', import.meta.url), {
    env: { ...env, NO_COLOR: '1' },
    workerData: { port: port2, shared },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return (...words) => {
    Atomics.store(shared, 0, 0);
    port1.postMessage(words);
    if (Atomics.wait(shared, 0, 0, WAIT_MS) === 'timed-out') throw new Error(`no end: ${words.join(' ')}`);
    return receiveMessageOnPort(port1)!.message as Ran;
  };
}
