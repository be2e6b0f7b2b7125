/** What one small value costs: the time that masking adds to a row or to a line. */
import type { Place } from '../base/finding.ts';
import { allocate } from '../detectors/index.ts';
import { createCleaner } from '../engine/cleaner.ts';
import { defaultRules } from '../engine/mask-rules.ts';
import { type Bench, inTurns } from './bench.ts';
import { generatedLogs } from './inputs.ts';

const CALLS = 2_000;
/** The fastest counts: it is the one that nothing else on the machine came between. */
const BATCHES = 200;
const LINE_BYTES = 1_500;
const NOTE: Place = { name: 'note', kind: 'cell', form: 'verbatim' };

export const bench: Bench = {
  name: 'latency',
  about: 'masking one small value: a clean chunk, a cell that is a card number, one that is none',
  missing: () => false,
  run: async (options) => {
    const cleaner = createCleaner(defaultRules);
    const time = (source: Buffer): (() => Promise<number>) => {
      const bytes = allocate(source.length);
      return async () => microseconds(source, bytes, () => cleaner.clean(bytes, NOTE));
    };
    const clean = generatedLogs().subarray(0, LINE_BYTES);
    const samples = await inTurns(
      {
        'clean chunk of 1.5 kB': time(clean),
        'cell, a card number': time(Buffer.from('4111111111111111')),
        'cell, no card number': time(Buffer.from('4111111111111112')),
      },
      options,
    );
    return [
      {
        measure: 'masking one value',
        unit: 'us',
        better: 'less',
        samples,
        bars: {
          'clean chunk of 1.5 kB': 1,
          'cell, a card number': 0.5,
          'cell, no card number': 0.5,
        },
      },
    ];
  },
};

/** Of one call in the fastest batch, without the copy of the value that each call is given anew. */
function microseconds(source: Buffer, bytes: Uint8Array, work: () => void): number {
  let copying = Number.POSITIVE_INFINITY;
  let all = Number.POSITIVE_INFINITY;
  for (let i = 0; i < BATCHES; i++) {
    copying = Math.min(
      copying,
      batch(source, bytes, () => undefined),
    );
    all = Math.min(all, batch(source, bytes, work));
  }
  return Math.max(0, all - copying);
}

function batch(source: Buffer, bytes: Uint8Array, work: () => void): number {
  const beganMs = performance.now();
  for (let i = 0; i < CALLS; i++) {
    bytes.set(source);
    work();
  }
  return ((performance.now() - beganMs) * 1000) / CALLS;
}
