/**
 * Packs segments in worker threads, a bounded number at a time, first come first served.
 * Buffers travel by transfer and come back to be used again.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Bytes } from '../base/bytes.ts';
import type { Closing, SegmentResult, SegmentTask } from './segment-worker.ts';

const THREADS_MAX = 4;
const IDLE_MS = 30_000;
const SPARES_MAX = 16;
/** zstd's levels: the usual one, and the one while segments wait (1.7 times as quick). */
const LEVEL = 3;
const LEVEL_IN_HASTE = 1;

/** The worker threads of one archive. */
export class SegmentPool {
  /** Made with the first segment: a start that only recovers needs none. */
  #piscina: Piscina<SegmentTask, SegmentResult> | null = null;
  readonly #threadsMax: number;
  readonly #inFlightMax: number;
  readonly #waiting: (() => void)[] = [];
  readonly #spares: Bytes[] = [];
  readonly #spareBytes: number;
  #inFlight = 0;
  /** Tasks that threads have. */
  readonly #tasks = new Set<Promise<unknown>>();

  /** `spareBytes`: the size of the buffers worth keeping. `threadsWanted`: 0 for one less than there are processors. */
  constructor(spareBytes: number, threadsWanted: number) {
    const threads = threadsWanted || Math.min(THREADS_MAX, Math.max(1, availableParallelism() - 1));
    this.#spareBytes = spareBytes;
    this.#inFlightMax = threads * 2;
    this.#threadsMax = threads;
  }

  /** Waits for a free place. The caller then calls `pack` at once, or `leave`. */
  enter(): Promise<void> {
    this.#inFlight++;
    if (this.#inFlight <= this.#inFlightMax) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    this.#inFlight--;
    this.#waiting.shift()?.();
  }

  /** Packs the first `length` bytes of a whole buffer, which is gone afterwards. Leaves its place. */
  async pack(bytes: Bytes, length: number, close: Closing | null = null): Promise<SegmentResult> {
    try {
      const buffer = bytes.buffer as ArrayBuffer;
      const level = this.#waiting.length === 0 ? LEVEL : LEVEL_IN_HASTE;
      const task = this.#pool().run({ buffer, length, level, close }, { transferList: [buffer] });
      this.#tasks.add(task);
      const result = await task.finally(() => this.#tasks.delete(task));
      this.#keep(result.buffer);
      return result;
    } finally {
      this.leave();
    }
  }

  /** A buffer of the usual size that has come back, if there is one. */
  spare(): Bytes | null {
    return this.#spares.pop() ?? null;
  }

  /** The worker threads, for tests that end one. */
  get threads(): readonly { terminate(): Promise<number> }[] {
    return this.#piscina?.threads ?? [];
  }

  /** Ends the threads, once none has a task. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#tasks);
    await this.#piscina?.destroy();
  }

  #pool(): Piscina<SegmentTask, SegmentResult> {
    this.#piscina ??= new Piscina({
      filename: fileURLToPath(new URL('./segment-worker.js', import.meta.url)),
      minThreads: 1,
      maxThreads: this.#threadsMax,
      idleTimeout: IDLE_MS,
      maxQueue: this.#threadsMax * 4,
    });
    return this.#piscina;
  }

  #keep(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== this.#spareBytes || this.#spares.length >= SPARES_MAX) return;
    this.#spares.push(new Uint8Array(buffer));
  }
}
