import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { inTurns, median } from './bench.ts';
import { chart } from './chart.ts';
import { writeDocs } from './docs.ts';
import { lines, machine, table } from './report.ts';

test('the median is the middle sample, or between both middle ones', async (t) => {
  t.equal(median([9, 1, 5]), 5);
  t.equal(median([4, 1, 2, 9]), 3);
});

test('ratios are above one for the better subject, whichever way is better', async (t) => {
  const samples = { old: [10, 10, 10], new: [20, 5, 20] };
  const more = lines([
    { measure: 'm', unit: 'MB/s', better: 'more', samples, yardstick: 'old', bars: { new: 2.5 } },
  ]);
  t.match(more, [
    { ratio: 1, holds: null },
    { ratio: 2, holds: false },
  ]);
  const less = lines([
    { measure: 'm', unit: 's', better: 'less', samples, yardstick: 'old', bars: { new: 0.4 } },
  ]);
  t.match(less[1], { ratio: 0.5, holds: true });
});

test('a quantity without a yardstick is held against its bar itself', async (t) => {
  const [memory] = lines([
    { measure: 'm', unit: 'KiB', better: 'less', samples: { gateway: [301] }, bars: { gateway: 300 } },
  ]);
  t.match(memory, { ratio: null, holds: false });
  t.match(table([memory!]), 'MISSES 300');
});

test('subjects are measured in turns, after one turn that does not count', async (t) => {
  const turns: string[] = [];
  const subject = (name: string) => async (): Promise<number> => turns.push(name);
  const samples = await inTurns(
    { a: subject('a'), b: subject('b') },
    { rounds: 2, quick: true, progress: () => {} },
  );
  t.strictSame(turns, ['a', 'b', 'a', 'b', 'a', 'b']);
  t.strictSame(samples, { a: [3, 5], b: [4, 6] });
});

const SCAN = lines([
  {
    measure: 'scan <logs>',
    unit: 'MB/s',
    better: 'more',
    samples: { peer: [100], pangate: [150] },
    yardstick: 'peer',
    bars: { pangate: 2 },
  },
]);

test('the chart shows ratios, and text of any kind as text', async (t) => {
  t.match(chart(SCAN), /1\.50x, 150 MB\/s/);
  t.match(chart(SCAN), 'scan &lt;logs>');
});

test('the page says what was measured on what, and which bars were missed', async (t) => {
  const folder = t.testdir();
  writeDocs(folder, { ...machine(), processor: 'a processor' }, SCAN);
  const page = readFileSync(`${folder}/benchmarks.md`, 'utf8');
  t.match(page, '| scan <logs> | peer | 100 MB/s | 1.00x |  |');
  t.match(page, '|  | pangate | 150 MB/s | 1.50x | 2x **missed** |');
  t.match(page, 'a processor');
  t.match(readFileSync(`${folder}/benchmarks.svg`, 'utf8'), '</svg>');
});
