/** The recorder beside the targets it was designed for, and beside its raw parts. */
import { missing } from '../../test/servers/available.ts';
import { type Bench, inTurns } from '../bench.ts';
import { sha256Rate, zstdRate } from './parts.ts';
import { logging, overhead, record, searching, seeking, verification } from './read.ts';
import { openSessions, strictLatency, writePath } from './write.ts';

/** Content that the raw parts are measured on. */
const SAMPLE_BYTES = 32_000_000;

export const bench: Bench = {
  name: 'recorder',
  about: 'recording, strict latency, verifying, seeking, searching and the log, beside their raw parts',
  missing: () => missing('taskset', 'zstd'),
  run: async (options) => {
    const recorded = await record(options);
    const sample = recorded.raw.subarray(0, SAMPLE_BYTES);
    const path = await writePath(sample, options);
    const parts = await inTurns(
      { 'zstd -3': () => zstdRate(sample), sha256: async () => sha256Rate(sample) },
      options,
    );
    return [
      ...path,
      {
        measure: 'recording beside its parts, raw bytes',
        unit: 'MB/s',
        better: 'more',
        samples: { ...parts, recorder: path[1]!.samples['recorder']! },
        yardstick: 'zstd -3',
      },
      ...(await strictLatency(options)),
      await openSessions(options),
      await overhead(recorded),
      ...(await verification(recorded, options)),
      await seeking(recorded, options),
      ...(await searching(recorded, options)),
      await logging(options),
    ];
  },
};
