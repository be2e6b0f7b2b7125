/** Starts a sealer beside a gateway, and again when it ends before the gateway does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PangateError } from '../../base/errors.ts';
import type { Notary } from '../notary.ts';
import { SealerClient } from './client.ts';
import type { SealerOptions } from './run.ts';

const MODULE = fileURLToPath(new URL('./main.js', import.meta.url));
const RESTART_MS = 200;
const RESTART_MS_MAX = 5000;
const STEADY_MS = 10_000;
const STOP_MS = 10_000;

/** How to start one. */
export interface StartOptions extends Omit<SealerOptions, 'onFailure'> {
  /** Told when the sealer ends by itself, and what it has to say. */
  readonly onTrouble?: (error: Error) => void;
  /** Told what a sealer that runs has to say: that an authority does not answer. */
  readonly onNotice?: (text: string) => void;
  /** The account to run it as; only root can ask for that. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/** A sealer that is running, reached through its socket. */
export interface StartedSealer {
  readonly notary: Notary;
  /** Its process id now; null between two. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** Resolves when it listens. Throws `record-failed` with its own words if it does not. */
export async function startSealer(options: StartOptions): Promise<StartedSealer> {
  const keeper = new Keeper(options);
  await keeper.first();
  const notary = new SealerClient(options.folder);
  try {
    await notary.ready();
  } catch (error) {
    await keeper.stop();
    throw error;
  }
  return {
    notary,
    get pid() {
      return keeper.pid;
    },
    stop: async () => {
      await notary.close();
      await keeper.stop();
    },
  };
}

/** Keeps one process running. */
class Keeper {
  readonly #options: StartOptions;
  #child: ChildProcess | null = null;
  #isStopping = false;
  /** The first one has come up: from now on each is followed by another. */
  #isUp = false;
  #waitMs = RESTART_MS;
  #timer: NodeJS.Timeout | null = null;
  #words = '';

  constructor(options: StartOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts the first one; what it says when it ends before it listens is the error. */
  first(): Promise<void> {
    return new Promise((done, reject) => {
      const child = this.#spawn(() => {
        const why = this.#words.trim().split('\n').at(-1) ?? '';
        reject(new PangateError('record-failed', `cannot record: the sealer does not start: ${why}`));
      });
      child.stdout!.once('data', () => {
        this.#isUp = true;
        done();
      });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((done) => child.once('close', done));
    child.stdin!.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  #spawn(ended: () => void): ChildProcess {
    const { folder, durability, node, witnesses, timestamps, account } = this.#options;
    const words = JSON.stringify({
      folder: resolve(folder),
      durability,
      node,
      witnesses,
      timestamps,
      isAgain: this.#isUp,
    });
    const child = spawn(process.execPath, [MODULE, words], { stdio: 'pipe', cwd: '/', ...account });
    this.#child = child;
    this.#words = '';
    const startedMs = performance.now();
    child.stdin.on('error', () => undefined);
    child.stdout.resume();
    child.stderr.on('data', (chunk) => {
      this.#words = (this.#words + chunk).slice(-2000);
      if (this.#isUp) this.#options.onNotice?.(String(chunk).trim());
    });
    child.once('error', (error) => {
      this.#words = error.message;
    });
    child.once('close', () => {
      this.#child = null;
      if (performance.now() - startedMs > STEADY_MS) this.#waitMs = RESTART_MS;
      if (this.#isUp) this.#again();
      else ended();
    });
    return child;
  }

  #again(): void {
    if (this.#isStopping) return;
    this.#options.onTrouble?.(new Error(`the sealer has ended: ${this.#words.trim().slice(-500)}`));
    this.#timer = setTimeout(() => this.#spawn(() => undefined), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, RESTART_MS_MAX);
  }
}
