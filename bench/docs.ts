/** docs/benchmarks.md and its chart, from the lines of one run. */
import { writeFileSync } from 'node:fs';
import { chart } from './chart.ts';
import { figure, type Line, type Machine } from './report.ts';

const HEAD = `# Benchmarks

Made by \`npm run bench -- --docs\`, never by hand. Subjects of one measurement are taken in turns in
one run, so that a busy machine is busy for all; figures are medians, ratios are to the subject
marked 1.00x, and above 1 is better.
`;

const NOTES = `
## What is compared

- **Scan**: bytes in memory, one thread, pieces of 64 KiB, the fastest of nine passes. Hyperscan and RE2
  look for \`(?:[0-9][ -]?){12,18}[0-9]\`, as do ripgrep and GNU grep, which read the file as well. That is the
  digits alone: pangate decides by issuer, length, check digit, boundary and context, reads digits in other
  spellings, and looks for tracks, chip data, codes and PINs in the same pass.
- **Redact**: a file of 200 MB to a file, started as a user starts it, start-up included. ripgrep and sed replace what
  the expression matches. One core is one core for all threads (\`taskset\`).
- **Masking one value**: one call on bytes as a row or a line brings them, in batches, the fastest batch.
- **COPY, SELECT, pgbench**: psql and pgbench, PostgreSQL 15, pgbouncer and the gateway on one machine over TCP.
- Generated logs come from a seed and are the same everywhere. Real logs are measured where they are at hand.
`;

/** Writes both files into a folder. */
export function writeDocs(folder: string, machine: Machine, all: readonly Line[]): void {
  writeFileSync(`${folder}/benchmarks.svg`, chart(all));
  writeFileSync(`${folder}/benchmarks.md`, page(machine, all));
}

function page(machine: Machine, all: readonly Line[]): string {
  const { processor, cores, memoryGiB, kernel, node, at } = machine;
  const where = `${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node.js ${node}, ${at.slice(0, 10)}.`;
  return `${HEAD}\n${where}\n\n![Ratios to the peer of each measurement](benchmarks.svg)\n\n${rows(all).join('\n')}\n${NOTES}`;
}

function rows(all: readonly Line[]): string[] {
  const cells = all.map((line, i) => [
    line.measure === all[i - 1]?.measure ? '' : line.measure,
    line.subject,
    `${figure(line.median)} ${line.unit}`,
    line.ratio === null ? '' : `${line.ratio.toFixed(2)}x`,
    barOf(line),
  ]);
  return [
    ['Measured', 'Subject', 'Median', 'Ratio', 'Bar'],
    ['---', '---', '---:', '---:', '---'],
    ...cells,
  ].map((row) => `| ${row.join(' | ')} |`);
}

function barOf({ bar, ratio, holds }: Line): string {
  if (bar === null) return '';
  return `${bar}${ratio === null ? '' : 'x'} ${holds ? 'holds' : '**missed**'}`;
}
