/**
 * Cleans pieces on several threads, of which the caller's own is one: it takes what the others have
 * no hand free for, and all while they are starting.
 */
import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import type { Cleaner } from '../../base/cleaner.ts';
import { createCleaner } from '../cleaner.ts';
import type { MaskRules } from '../mask-rules.ts';
import { bounds } from './bounds.ts';
import type { Chunk, Cleaned } from './chunk.ts';
import type { ChunkTask } from './chunk-worker.ts';
import { cleanChunk, type Manner } from './clean-chunk.ts';
import { Places } from './places.ts';

/** Threads that clean; shared by all inputs of a run. */
export interface Crew {
  /** The rules on the caller's own thread. */
  readonly cleaner: Cleaner;
  readonly threads: number;
  /** Pieces that may be under way at once, of all inputs together. */
  readonly places: Places;
  /** Cleans here and now. */
  here(chunk: Chunk, manner: Manner): Cleaned;
  /**
   * Cleans on another thread, where the piece's memory goes and comes back from with the result; if
   * all have enough to do, here.
   */
  there(chunk: Chunk, manner: Manner): Promise<Cleaned>;
  close(): Promise<void>;
}

/** `threads` 0: as many as the machine runs at once. Throws `config-invalid` for rules that cannot hold. */
export function createCrew(rules: MaskRules, threads = 0): Crew {
  const cleaner = createCleaner(rules);
  const count = Math.min(threads || availableParallelism(), bounds.threadsMax);
  const others = count - 1;
  let pool: Promise<Piscina> | null = null;
  let underWay = 0;
  const here = (chunk: Chunk, manner: Manner): Cleaned => cleanChunk(chunk, manner, cleaner);
  return {
    cleaner,
    threads: count,
    places: new Places(count === 1 ? 1 : count * bounds.chunksPerThread),
    here,
    there: async (chunk, manner) => {
      if (underWay >= others * bounds.chunksPerWorker) return here(chunk, manner);
      pool ??= openPool(rules, others);
      const task: ChunkTask = { chunk, manner };
      underWay++;
      try {
        const transferList = [chunk.bytes.buffer as ArrayBuffer];
        return (await (await pool).run(task, { transferList })) as Cleaned;
      } finally {
        underWay--;
      }
    },
    close: async () => (await pool)?.destroy(),
  };
}

/** Loaded when it is needed: most runs are over before. */
async function openPool(rules: MaskRules, threads: number): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename: new URL('./chunk-worker.js', import.meta.url).href,
    workerData: rules,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
  });
}
