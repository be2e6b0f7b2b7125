/**
 * What a recording is about, from its seals alone and without a check: for lists of many.
 * Who relies on it verifies the recording.
 */
import type { FileWindow } from './file-window.ts';
import { decodeFooter } from './footer.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { type FrameFound, frameAt } from './frame-walk.ts';
import { decodeSeal, SEAL_FLAG, type Seal } from './seal.ts';

/** Sums over the seals, and how the recording ends. */
export interface Outline {
  readonly seals: number;
  readonly records: number;
  readonly rawBytes: number;
  readonly statements: number;
  readonly masked: number;
  readonly errors: number;
  /** Bits of `FACT`. */
  readonly kinds: number;
  /** Microseconds from the session's start to the last seal. */
  readonly durationUs: number;
  readonly recovered: boolean;
  /** The footer's map; null while the recording is open or cut off. */
  readonly end: Readonly<Record<string, unknown>> | null;
}

type Sums = { -readonly [Name in keyof Outline]: Outline[Name] };

/** Walks the heads of all frames; stops where there is none. */
export async function outlineOf(window: FileWindow): Promise<Outline> {
  const sums: Sums = {
    seals: 0,
    records: 0,
    rawBytes: 0,
    statements: 0,
    masked: 0,
    errors: 0,
    kinds: 0,
    durationUs: 0,
    recovered: false,
    end: null,
  };
  for (let at = 0; ; ) {
    const frame = await frameAt(window, at);
    if (frame.found !== 'frame') return sums;
    if (frame.kind === 'seal' || frame.kind === 'footer') await take(window, frame, sums);
    at = frame.to;
  }
}

async function take(
  window: FileWindow,
  frame: Extract<FrameFound, { found: 'frame' }>,
  sums: Sums,
): Promise<void> {
  const bytes = await window.view(frame.from, frame.to - frame.from);
  if (frame.kind === 'footer') {
    sums.end = decodeFooter(bytes)?.map ?? null;
    return;
  }
  const seal = decodeSeal(bytes.subarray(FRAME_HEAD_BYTES));
  if (seal !== null) add(seal, sums);
}

function add(seal: Seal, sums: Sums): void {
  sums.seals++;
  sums.records += seal.records;
  sums.rawBytes += seal.rawBytes;
  sums.statements += seal.statements;
  sums.masked += seal.masked;
  sums.errors += seal.errors;
  // Bits beyond 31 are lost to the operator; the format has none yet.
  sums.kinds |= seal.kinds;
  sums.durationUs = seal.monoLastUs;
  sums.recovered ||= (seal.flags & SEAL_FLAG.recovered) !== 0;
}
