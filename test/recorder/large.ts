/**
 * Random changes of a large recording. Whole, it is verified in a tenth of a second, so a million
 * changes are not verified whole: the walk of a verifier is taken up at the last frame in front of
 * the first changed byte, with the state that it has there. It has read nothing but unchanged bytes
 * up to that place, so this is what it would do after walking up to there.
 */
import { createCipheriv } from 'node:crypto';
import { type ChainMark, ChainReader } from '../../recorder/chain-reader.ts';
import { FileWindow } from '../../recorder/file-window.ts';
import { openZstd } from '../../recorder/zstd.ts';
import type { Random } from '../random.ts';
import { buildRecording, type Planned } from './build.ts';
import { memoryFile } from './disks.ts';

/** Records so long fill a segment each. */
const ROW_BYTES = 1000;
const ROWS_PER_SEGMENT = 120;
/** One read takes a segment and its seal. */
const WINDOW_BYTES = 147_456;

/** A recording with the marks of a walk over it. */
export interface Large {
  readonly content: Uint8Array;
  readonly marks: readonly ChainMark[];
}

/** Not compressible, and the same in every run. */
export async function largeRecording(bytesMin: number): Promise<Large> {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16, 2));
  const row = (): Planned => ({ type: 'tty.o', data: { d: noise.update(Buffer.alloc(ROW_BYTES)) } });
  const segments: Planned[][] = [];
  for (let bytes = 0; bytes < bytesMin; bytes += ROW_BYTES * ROWS_PER_SEGMENT)
    segments.push(Array.from({ length: ROWS_PER_SEGMENT }, row));
  const sid = '01M84000000000000000000B1G';
  const content = buildRecording({ zstd: await openZstd(), sid, segments, end: { why: 'client left' } });
  return { content, marks: await marksOf(content) };
}

async function marksOf(content: Uint8Array): Promise<ChainMark[]> {
  const reader = new ChainReader(new FileWindow(memoryFile(content), content.length));
  const marks: ChainMark[] = [];
  for (;;) {
    marks.push(reader.mark()!);
    const step = await reader.next();
    if (step.kind === 'complete') return marks;
    if (step.kind === 'broken' || step.kind === 'incomplete') throw new Error(`no mark at ${step.from}`);
  }
}

/** 1 to 64 bits, or 1 to 64 bytes; what undoes it, and the first place. At least one byte is another. */
export function change(content: Uint8Array, random: Random): { from: number; undo: () => void } {
  const isBits = random.oneIn(2);
  const before = new Map<number, number>();
  for (let i = 1 + random.below(64); i > 0; i--) {
    const at = random.below(content.length);
    if (before.has(at)) continue;
    before.set(at, content[at]!);
    content[at]! ^= isBits ? 1 << random.below(8) : 1 + random.below(255);
  }
  const undo = (): void => {
    for (const [at, byte] of before) content[at] = byte;
  };
  return { from: Math.min(...before.keys()), undo };
}

/** True if the walk meets what a verifier calls damage or an end before the end. */
export async function isMet({ content, marks }: Large, from: number): Promise<boolean> {
  const window = new FileWindow(memoryFile(content), content.length, WINDOW_BYTES);
  const reader = new ChainReader(window, marks[indexBefore(marks, from)]!);
  for (;;) {
    const step = await reader.next();
    if (step.kind === 'complete') return false;
    if (step.kind === 'broken' || step.kind === 'incomplete') return true;
    if ('linked' in step && !step.linked) return true;
    if (step.kind === 'segment' && step.fault !== null) return true;
  }
}

/** The last mark at or in front of an offset. */
function indexBefore(marks: readonly ChainMark[], offset: number): number {
  let [low, high] = [0, marks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (marks[middle]!.at <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
