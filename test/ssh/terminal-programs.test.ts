/**
 * Sessions of vim, less and top, recorded in a terminal (fixtures/terminals/record.py), with card
 * numbers on their screens: drawn, scrolled, searched, coloured and typed.
 */
import { readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { type Test, test } from 'tap';
import { type Bytes, join, keep } from '../../base/bytes.ts';
import { TerminalCleaner } from '../../protocols/ssh/terminal/cleaner.ts';
import { everySplit } from '../splits.ts';
import { cleaned, cleaner, holdsNumber, shown } from './terminal.ts';

interface Cast {
  readonly size: { readonly columns: number; readonly rows: number };
  /** What came, as it came. */
  readonly parts: readonly Buffer[];
}

const PROGRAMS = ['vim', 'less', 'top'];
const CUTS = { offsetsMax: 40, randomCuts: 10 };

function cast(program: string): Cast {
  const lines = readFileSync(path('fixtures', 'terminals', `${program}.cast`), 'utf8')
    .trim()
    .split('\n');
  const { width, height } = JSON.parse(lines[0]!) as { width: number; height: number };
  const parts = lines
    .slice(1)
    .map((line) => Buffer.from((JSON.parse(line) as [number, string, string])[2], 'latin1'));
  return { size: { columns: width, rows: height }, parts };
}

for (const program of PROGRAMS)
  test(`what ${program} draws shows no card number at any time, and the rest as it was`, async (t) => {
    const { size, parts } = cast(program);
    for (const isSlow of [false, true]) await watch(t, { size, parts }, isSlow);
  });

/** Looks at the screen behind each part, with all that is held where the hold-back has run out. */
async function watch(t: Test, { size, parts }: Cast, isSlow: boolean): Promise<void> {
  const terminal = new TerminalCleaner(cleaner, size);
  let sent: Bytes = new Uint8Array(0);
  let numbers = 0;
  for (const [index, part] of parts.entries()) {
    const settled = [keep(terminal.push(keep(part)))];
    if (isSlow) settled.push(keep(terminal.flush()));
    sent = join([sent, ...settled]);
    const before = await shown(join(parts.slice(0, index + 1)), size);
    const after = await shown(sent, size);
    if (holdsNumber(before)) numbers++;
    if (holdsNumber(after)) t.fail(`part ${index} shows ${after.find((row) => holdsNumber([row]))}`);
    if (isSlow) same(t, before, after, index);
  }
  t.ok(numbers > 2, `${numbers} screens held a number before`);
  const rest = keep(terminal.flush());
  t.equal(sent.length + rest.length, join(parts).length, 'as many bytes');
}

/** Rows are as long, and differ where something is hidden alone. */
function same(t: Test, before: readonly string[], after: readonly string[], index: number): void {
  if (before.length !== after.length) t.fail(`part ${index}: ${before.length} rows became ${after.length}`);
  const isSame = before.every((row, at) =>
    [...row].every((character, column) => {
      const shown = after[at]?.[column] ?? ' ';
      return shown === character || shown === '*';
    }),
  );
  if (!isSame) t.fail(`part ${index}: ${JSON.stringify({ before, after })}`);
}

for (const program of PROGRAMS)
  test(`what ${program} draws is masked the same, however it is cut`, async (t) => {
    const { size, parts } = cast(program);
    const all = join(parts);
    everySplit(all, (pieces) => Buffer.from(cleaned(pieces, false, size)).toString('latin1'), CUTS);
    t.pass();
  });
