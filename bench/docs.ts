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
- **Redact**: a file of 200 MB (for cores five times that) to a file, started as a user starts it, start-up included. ripgrep and sed replace what
  the expression matches. One core is one core for all threads (\`taskset\`).
- **Masking one value**: one call on bytes as a row or a line brings them, in batches, the fastest batch.
- **COPY, SELECT, pgbench**: psql and pgbench, PostgreSQL 15, pgbouncer and the gateway on one machine over TCP.
- Generated logs come from a seed and are the same everywhere. Real logs are measured where they are at hand.

## What limits scans and redaction

A scan for card data goes at 1.3 to 2.0 times Hyperscan's speed on generated logs, from run to run on a machine that
is not ours alone, and at less than half of it on the real logs measured here, which are full of numbers of sixteen
digits. Beside the kernel, which reads every byte, it is the stops that cost: each is judged by five detectors. All detectors together go at a tenth of that or less: those of other data than card data have no kernel.

Profiles of \`pangate redact --threads 1\` on one core, 200 MB, samples by what they were spent on (\`node
--cpu-prof\`, 2026-11-24, the machine above otherwise still):

| | Generated logs | Real logs |
| --- | ---: | ---: |
| the prefilter's kernel | 24 % | 12 % |
| reading | 13 % | 6 % |
| writing | 6 % | 4 % |
| loading modules, at the start | about 10 % | about 7 % |
| collecting garbage | 3 % | 2 % |
| judging what the prefilter stops at, masking; no function above 5 % | the rest | the rest |

- **Start-up** is 0.22 s of CPU, whatever the input: 0.07 are Node's own, the rest goes to 118 modules at about a
  millisecond each, which one bundled file would save. Four times ripgrep on 200 MB would have to be over in 0.3 s.
- **Judging** is what ripgrep does not do. The prefilter drops digits without a check digit, and still stops 537
  times in a megabyte of the real logs (identifiers of sixteen digits, \`value="105"\`), at two to three
  microseconds each.
- **Two cores** need files of a gigabyte: each thread loads its own modules and compiles its own code, which costs
  about 0.3 s of CPU, and one of them reads and writes for both. In the best run a gigabyte of
  generated logs took 3.4 s on one core and 1.9 s on two, of real logs 5.1 s and 3.9 s; in others the second core
  brought a twentieth.

## What limits small statements

\`pgbench -S\` asks for one row at a time, and on two cores everything counts that anybody does for a statement. In
the gateway that is 42 to 55 us on the main thread once its code is compiled (which takes some 50,000 statements),
with \`record.durability: process\`, and 4 to 8 us on others (hashes, garbage). pgbouncer takes 15 to 18 us; a bare
relay of two sockets in Node.js, measured beside them, 23 to 30, and reaches 0.8 to 1.1 times pgbouncer's
throughput.

The main thread, sampled with perf (8 clients, simple protocol, 2026-11-24):

| | |
| --- | ---: |
| write(2) to two sockets | 25 % |
| the same, given up to the process that it has woken | 14 % |
| the kernel's other work: reading, waiting, one write to the journal for two statements | 11 % |
| Node.js's streams, event loop and garbage collection | 21 % |
| reading messages, judging, masking, recording | 29 % |

A statement is 2 reads and 2 writes of sockets, 0.5 waits and 0.45 writes to the journal, which is as few as there can
be without holding answers back. With \`disk\` an answer waits for one fdatasync, shared by those who wait at the same
time. It takes 0.2 ms alone and 0.5 ms while both cores are busy: with it, eight clients that take turns cannot
come to more than about 8,000 statements a second here, 0.4 times pgbouncer, whatever the rest costs; what is missing
from there is that idle cores have to be woken for each step.
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
