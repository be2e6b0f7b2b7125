import { Command, Option } from 'commander';
import { PangateError } from '../base/errors.ts';
import type { Detail } from '../engine/redact/chunk.ts';
import type { Scan, Totals } from '../engine/redact/run.ts';
import { EXIT } from './exit.ts';
import {
  binaryOption,
  collect,
  formatOption,
  type InputOption,
  progressOption,
  resumeOption,
  shardOption,
  threadsOption,
} from './input-options.ts';
import { openConfig } from './open-config.ts';
import { Progress } from './progress.ts';
import { tell } from './redact.ts';
import { type MaskOption, redactRules } from './redact-rules.ts';
import { parseRows, ScanOutput } from './scan-output.ts';

interface ScanOptions extends MaskOption, InputOption {
  readonly table?: string;
  readonly database?: string;
  readonly sample: number;
  readonly whole?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

/** `pangate scan`. */
export function scanCommand(): Command {
  return new Command('scan')
    .argument('[paths...]', 'files, folders, archives and quoted patterns; without any, standard input')
    .description('find card data at rest, and change nothing')
    .option('--explain', 'say of each number why it was taken, or why not')
    .option('--json', 'print the report as JSON in place of the table')
    .option('--report <file>', 'write counts, places, reasons and masked examples as JSON; never values')
    .addOption(resumeOption())
    .addOption(shardOption())
    .addOption(formatOption())
    .addOption(binaryOption())
    .option('-c, --config <file>', 'take rules and targets of this configuration')
    .option('--target <name>', 'with --config: read the tables of this target in place of files')
    .option('--table <pattern>', 'with --target: these tables, such as card* or sales.*; else all')
    .option('--database <name>', 'with --target: the database, where the target names none')
    .addOption(
      new Option('--sample <rows>', 'with --target: rows of each table').argParser(parseRows).default(1000),
    )
    .option('--whole', 'with --target: all rows')
    .option('--mask <kind=mask>', '`kind=off` does not look for this kind; repeat for more', collect)
    .option('--column <pattern=kind>', 'take these columns and keys whole; repeat for more', collect)
    .addOption(threadsOption())
    .addOption(progressOption())
    .addHelpText('after', HELP)
    .action(scan);
}

const HELP = `
Archives (zip, tar) and compressions (gzip, zstd, bzip2) are read as they nest, without unpacking to
disk; what is in them is named archive!/member. Databases: PostgreSQL, MySQL and MariaDB.
Examples are masked: of a card number its first six and last four digits.

Examples:
  $ pangate scan /srv/share
  $ pangate scan --explain backup.tar.gz
  $ pangate scan --report findings.json 'logs/**/*.zip'
  $ pangate scan --config pangate.yaml --target cards --table 'card*' --whole

Exit codes: 0 nothing found, 1 something was found, 2 some input could not be read.`;

async function scan(paths: readonly string[], options: ScanOptions): Promise<void> {
  refuseContradictions(paths, options);
  const { scanRules } = await import('../engine/scan/rules.ts');
  const rules = scanRules(await redactRules(options, openConfig));
  const { ownPaths, redact: run } = await import('../engine/redact/run.ts');
  const { report = null, resume = null, shard = null } = options;
  const destination = { kind: 'nowhere' } as const;
  const progress = new Progress(process.stderr, hasProgress(paths, options));
  void progress.count(paths, { shard, except: ownPaths({ destination, report, resume }) });
  const output = new ScanOutput(options);
  // A reader that has gone is no reason to leave the report unfinished.
  process.stdout.on('error', () => {
    process.exitCode = EXIT.error;
  });
  try {
    const totals = await run({
      rules,
      words: paths,
      destination,
      format: options.format,
      isBinaryTaken: options.binary ?? false,
      isDecompressing: true,
      threads: options.threads,
      shard,
      report,
      resume,
      standardInput: process.stdin,
      follow: null,
      onRead: (bytes) => progress.read(bytes),
      onFile: (result) => {
        progress.file(result);
        tell(result, progress);
        process.stdout.write(output.add(result));
      },
      scan: await scanOf(options),
    });
    progress.end();
    process.stdout.write(output.end(totals));
    conclude(totals);
  } catch (error) {
    progress.end();
    throw error;
  }
}

async function scanOf(options: ScanOptions): Promise<Scan> {
  const detail: Detail = options.explain ? 'reasons' : 'examples';
  if (options.target === undefined) return { detail, results: null };
  const { config, plugins } = await openConfig(options);
  const { resolveTargets } = await import('../engine/config/targets.ts');
  const { scanTarget } = await import('../engine/scan/tables.ts');
  const target = resolveTargets(config, plugins).get(options.target);
  if (!target) throw usage(`the configuration has no target ${options.target}`, 'Name one that it has.');
  const { table = null, database = null, sample, whole } = options;
  const rowsMax = whole ? null : sample;
  const { upstreamTimeoutMs: timeoutMs } = config.limits;
  return {
    detail,
    results: (cleaner) =>
      scanTarget({ target, pattern: table, rowsMax, database, timeoutMs, detail }, cleaner),
  };
}

function refuseContradictions(paths: readonly string[], options: ScanOptions): void {
  if (options.target !== undefined && options.config === undefined)
    throw usage('--target without --config', 'Name the configuration that has the target.');
  if (options.target !== undefined && (paths.length > 0 || options.resume || options.shard))
    throw usage('--target with files', 'Scan files and tables one after the other.');
  if (options.target === undefined && (options.table || options.database || options.whole))
    throw usage('--table, --database or --whole without --target', 'Name a target.');
  if (options.target === undefined && paths.length === 0 && process.stdin.isTTY)
    throw usage('no file is named, and standard input is a terminal', 'Name files, or pipe something in.');
}

function usage(what: string, remedy: string): PangateError {
  return new PangateError('argument-invalid', what, remedy);
}

function hasProgress(paths: readonly string[], options: ScanOptions): boolean {
  return options.progress && process.stderr.isTTY === true && paths.length > 0;
}

function conclude(totals: Totals): void {
  if (totals.states['not-text'] > 0)
    process.stderr.write(
      `${totals.states['not-text']} file(s) that are not text were left out; --binary takes them\n`,
    );
  if (totals.states.failed > 0) process.exitCode = EXIT.error;
  else if (totals.states.found > 0 && process.exitCode !== EXIT.error) process.exitCode = EXIT.found;
}
