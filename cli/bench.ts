import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import pc from 'picocolors';
import { PangateError } from '../base/errors.ts';
import type { Measurement } from '../bench/bench.ts';
import type { Line } from '../bench/report.ts';
import { EXIT } from './exit.ts';

interface BenchCommandOptions {
  readonly docs?: boolean;
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly rounds: string;
}

/** `pangate bench`. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure the gateway on this machine, beside its peers in the same run')
    .argument('[names...]', 'benches to run; all if none is named')
    .option('--rounds <n>', 'turns of each subject', '5')
    .option('--quick', 'a tenth of the data: for a look, not for a figure')
    .option('--docs', 'write docs/benchmarks.md and its chart, in the source tree')
    .option('--json', 'print machine, samples and medians as JSON')
    .addHelpText('after', HELP)
    .action(bench);
}

const HELP = `
Benches with real servers run from the source tree; they need psql, pgbench, pgbouncer and
PostgreSQL 15 (Debian: apt-get install postgresql-15 pgbouncer). Peers of the scanner are ripgrep,
GNU grep and sed, Hyperscan (libhyperscan-dev and a C compiler) and RE2 (npm run build:native);
those that are not there are left out. Subjects are measured in
turns, ratios are of medians, and above 1 is better.

Examples:
  $ pangate bench
  $ pangate bench scanner redact latency --docs
  $ pangate bench bulk --rounds 3 --json > bulk.json

Exit codes: 0 measured, 1 measured and below a bar, 2 could not be measured.`;

async function bench(names: readonly string[], options: BenchCommandOptions): Promise<void> {
  const { benches } = await import('../bench/benches.ts');
  const { lines, machine, table } = await import('../bench/report.ts');
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  const known = Object.keys(benches);
  if (unknown)
    throw new PangateError('argument-invalid', `there is no bench ${unknown}`, `Known: ${known.join(', ')}.`);
  const measured = [];
  for (const name of names.length > 0 ? names : known) measured.push(...(await one(name, options)));
  const all = lines(measured);
  if (options.docs) await write(all);
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: machine(), lines: all }, null, 2)}\n`);
  else process.stdout.write(`${JSON.stringify(machine())}\n${table(all)}`);
  if (all.some((line) => line.holds === false)) process.exitCode = EXIT.found;
}

async function write(all: readonly Line[]): Promise<void> {
  const { writeDocs } = await import('../bench/docs.ts');
  const { machine } = await import('../bench/report.ts');
  writeDocs(fileURLToPath(new URL('../../docs', import.meta.url)), machine(), all);
}

async function one(name: string, options: BenchCommandOptions): Promise<readonly Measurement[]> {
  const { benches } = await import('../bench/benches.ts');
  const { bench } = await benches[name]!();
  const absent = bench.missing();
  if (absent) {
    process.stderr.write(`pangate: bench ${name} cannot run: ${absent}\n`);
    return [];
  }
  const progress = (text: string): void => {
    process.stderr.write(pc.dim(`${name}: ${text}\n`));
  };
  return bench.run({ rounds: Number(options.rounds), quick: options.quick ?? false, progress });
}
