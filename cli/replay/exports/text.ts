import { seenLines } from '../transcript.ts';
import type { ExportFormat } from './format.ts';

/** What was read on the screen, line by line. */
export const text: ExportFormat = {
  about: 'what was read on the screen, line by line',
  write: async (job) => {
    for await (const line of seenLines(await job.tape())) await job.sink.write(`${line.text}\n`);
  },
};
