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

Beside the kernel, which reads every byte, it is the stops that cost: each is judged by five detectors. The
prefilter drops what has no check digit, no grouping and no tag, and stops 25 times in a megabyte of the generated
logs and 198 times in one of the real ones (which are full of identifiers of sixteen to nineteen digits, of which one
in ten has a valid check digit, and of \`value="105"\`), at about ten microseconds each, for
sixteen places and more that are looked at. All detectors together go at a tenth of the speed or less: those of other data than card data have no kernel.

Profiles of \`pangate redact --threads 1\` on one core, 200 MB, samples by what they were spent on (\`node
--cpu-prof\`, 2026-11-24, an Intel Xeon of two cores, 0.85 s and 1.4 s in all without the profiler):

| | Generated logs | Real logs |
| --- | ---: | ---: |
| the prefilter's kernel, and bringing it the bytes | 18 % | 20 % |
| reading | 24 % | 14 % |
| writing | 10 % | 5 % |
| waiting for both | 13 % | 8 % |
| judging what the prefilter stops at, masking; no function above 4 % | 12 % | 36 % |
| Node's start and loading modules | 17 % | 14 % |
| collecting garbage | 3 % | 2 % |

- **Start-up** is 0.22 s of CPU, whatever the input: 0.08 are Node's own, the rest goes to 110 modules at about a
  millisecond each, which one bundled file would save. Four times ripgrep on 200 MB would have to be over in 0.4 s,
  of which reading and writing alone take half.
- **Two cores** add a thread, not two: the one that reads and writes cleans as well. 600 MB of generated logs take 0.95 s
  of CPU with one thread and 1.35 s with two (2026-12-01): 0.3 s are the second thread's modules and compiled code,
  0.1 s the way of the pieces there and back. Of the one thread's 0.95 s, 0.25 are the start and 0.3 the kernel's
  copies, so what can be shared is less than half: 1.8 times would need a file of several gigabytes.

## What limits small statements

\`pgbench -S\` asks for one row at a time, and on two cores everything counts that anybody does for a statement. On an
Intel Xeon of two cores, 2026-11-24, that was 42 to 55 us on the gateway's main thread once its code is compiled (which
takes some 50,000 statements), with \`record.durability: process\`, and 4 to 8 us on others (hashes, garbage).
pgbouncer took 15 to 18 us; a bare relay of two sockets in Node.js, measured beside them, 23 to 30. The main thread
there, sampled with perf (8 clients, simple protocol):

| | |
| --- | ---: |
| write(2) to two sockets | 25 % |
| the same, given up to the process that it has woken | 14 % |
| the kernel's other work: reading, waiting, one write to the journal for two statements | 11 % |
| Node.js's streams, event loop and garbage collection | 21 % |
| reading messages, judging, masking, recording | 29 % |

A statement is 2 reads and 2 writes of sockets, 0.5 waits and 0.45 writes to the journal, which is as few as there can
be without holding answers back. With \`disk\` an answer moreover waits for an fdatasync that began after its record was
written, shared by those who wait at the same time. Where that costs nothing (recordings in memory, 2026-12-01) the
gateway came to 0.48 times pgbouncer, on this disk to 0.34 and with \`process\` to 0.63, in the same run: half of what is lost is
the way to the thread that waits and back, the other half the disk.

## What limits SSH

The gateway's main thread opens and seals every packet and carries all of it; OpenSSH's client and server have a
process each. Sampled with perf while 500 MB of text went to a client (2026-12-01):

| | |
| --- | ---: |
| the kernel: reading, writing, waking | 21 % |
| pangate's own code: messages, windows, looking for card data, masking | 20 % |
| SHA-256 of the output, which is recorded by its hash | 12 % |
| copying, clearing and finding memory | 11 % |
| AES-GCM, both ways | 10 % |
| Node.js: a cipher object for each packet, calls, streams, garbage | the rest |
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
