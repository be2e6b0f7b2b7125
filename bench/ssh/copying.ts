/** A file of a gigabyte by scp in its old form, which is a command's output: how far the gateway grows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { succeed } from '../../test/clients/run.ts';
import type { Front } from '../../test/ssh/front.ts';
import type { BenchOptions, Measurement } from '../bench.ts';
import { peakGrowth } from '../resident.ts';

const SETTLE_MS = 3_000;
const TIMEOUT_MS = 600_000;

export async function copying(front: Front, text: string, options: BenchOptions): Promise<Measurement> {
  const bytes = options.quick ? 2 ** 27 : 2 ** 30;
  const [small, large] = [join(front.folder, 'small'), join(front.folder, 'large')];
  writeFileSync(small, text);
  writeFileSync(large, '');
  for (let written = 0; written < bytes; written += text.length)
    writeFileSync(large, text.slice(0, bytes - written), { flag: 'a' });
  const copy = (from: string, to: string) =>
    succeed('scp', ['-F', front.clientConfig, '-q', '-O', from, to], { timeoutMs: TIMEOUT_MS });
  options.progress('scp, warming up');
  await copy(`gw:${small}`, '/dev/null');
  await sleep(SETTLE_MS);
  const { pid } = front.process;
  options.progress('scp from the server');
  const down = await peakGrowth(pid, () => copy(`gw:${large}`, '/dev/null'));
  options.progress('scp to the server');
  const up = await peakGrowth(pid, () => copy(large, 'gw:/dev/null'));
  return {
    measure: `growth during scp -O of ${bytes / 2 ** 20} MiB`,
    unit: 'MiB',
    better: 'less',
    samples: { 'gateway, from the server': [down], 'gateway, to the server': [up] },
    bars: { 'gateway, from the server': 64, 'gateway, to the server': 64 },
  };
}
