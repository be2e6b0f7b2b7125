/** The thread's side of crew.ts. */
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { createCleaner } from '../cleaner.ts';
import type { MaskRules } from '../mask-rules.ts';
import type { Chunk, Cleaned } from './chunk.ts';
import { cleanChunk, type Manner } from './clean-chunk.ts';

/** What goes to the thread, with the piece's memory. */
export interface ChunkTask {
  readonly chunk: Chunk;
  readonly manner: Manner;
}

const cleaner = createCleaner(workerData as MaskRules);

/** Cleans one piece; gives a Cleaned, with its memory. */
export default function clean({ chunk, manner }: ChunkTask): unknown {
  const cleaned: Cleaned = cleanChunk(chunk, manner, cleaner);
  return move({ [transferableSymbol]: [cleaned.bytes.buffer as ArrayBuffer], [valueSymbol]: cleaned });
}
