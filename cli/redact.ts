import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';
import type { Destination, FileResult, Totals } from '../engine/redact/run.ts';
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
import { type MaskOption, redactRules } from './redact-rules.ts';

interface RedactOptions extends MaskOption, InputOption {
  readonly inPlace?: boolean;
  readonly output?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly follow?: boolean;
  readonly report?: string;
  readonly decompress?: boolean;
}

/** `pangate redact`. */
export function redactCommand(): Command {
  return new Command('redact')
    .argument('[paths...]', 'files, folders and quoted patterns; without any, standard input')
    .description('mask card data in files and streams, offline')
    .option('-i, --in-place', 'replace each file, atomically; a file with nothing to mask is left alone')
    .option('-o, --output <folder>', 'write to this folder, the tree kept; else to standard output')
    .option('--check', 'write nothing; exit 1 if anything was found')
    .option('--dry-run', 'write nothing; print what would be masked, by file and kind')
    .option('-f, --follow', 'go on with a file as it grows and is rotated, until interrupted')
    .option('--report <file>', 'write counts, places and reasons as JSON; never values')
    .addOption(resumeOption())
    .addOption(shardOption())
    .addOption(formatOption())
    .addOption(binaryOption())
    .option('-z, --decompress', 'write compressed inputs as plain text')
    .option('-c, --config <file>', 'take the mask rules of this configuration (else the built-in ones)')
    .option('--target <name>', 'with --config: those of this target')
    .option('--mask <kind=mask>', 'mask this kind so, or `off`; repeat for more', collect)
    .option('--column <pattern=kind>', 'cover these columns and keys whole; repeat for more', collect)
    .addOption(threadsOption())
    .addOption(progressOption())
    .addHelpText('after', HELP)
    .action(redact);
}

const HELP = `
Compressed inputs (gzip, zstd, bzip2) come out compressed the same way. CSV is read by its header,
NDJSON by its keys; characters may be UTF-8, UTF-16 with a mark, or Latin-1.

Examples:
  $ pangate redact < app.log > clean.log
  $ kubectl logs -f pay | pangate redact
  $ pangate redact --in-place /var/log/app
  $ pangate redact --output clean 'logs/**/*.gz'
  $ pangate redact --check --report findings.json dump.csv
  $ pangate redact --in-place --shard "$JOB_COMPLETION_INDEX/8" --resume done.ndjson /data

Exit codes: 0 done, 1 something was found (with --check), 2 some input could not be taken.`;

async function redact(paths: readonly string[], options: RedactOptions): Promise<void> {
  refuseContradictions(paths, options);
  const rules = await redactRules(options, openConfig);
  const { ownPaths, redact: run } = await import('../engine/redact/run.ts');
  const destination = await destinationOf(options);
  const { report = null, resume = null, shard = null } = options;
  const progress = new Progress(process.stderr, hasProgress(paths, options));
  void progress.count(paths, { shard, except: ownPaths({ destination, report, resume }) });
  const results: FileResult[] = [];
  try {
    const totals = await run({
      rules,
      words: paths,
      destination,
      format: options.format,
      isBinaryTaken: options.binary ?? false,
      isDecompressing: options.decompress ?? false,
      threads: options.threads,
      shard,
      report,
      resume,
      standardInput: process.stdin,
      follow: options.follow ? untilSignal() : null,
      onRead: (bytes) => progress.read(bytes),
      onFile: (result) => {
        progress.file(result);
        tell(result, progress);
        if (options.dryRun && Object.keys(result.counts).length > 0) results.push(result);
      },
    });
    progress.end();
    await conclude(totals, results, options);
  } catch (error) {
    progress.end();
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    process.exitCode = EXIT.error;
  }
}

/** On a terminal that shows nothing else. */
function hasProgress(paths: readonly string[], options: RedactOptions): boolean {
  if (!options.progress || process.stderr.isTTY !== true || paths.length === 0 || options.follow)
    return false;
  const isShown = !(options.inPlace || options.output || options.check || options.dryRun);
  return !(isShown && process.stdout.isTTY);
}

function untilSignal(): AbortSignal {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  return stop.signal;
}

function refuseContradictions(paths: readonly string[], options: RedactOptions): void {
  const goals = [
    options.inPlace,
    options.output !== undefined,
    options.check,
    options.dryRun,
    options.follow,
  ];
  if (goals.filter(Boolean).length > 1 && !(options.check && options.dryRun))
    throw usage('more than one of --in-place, --output, --check, --dry-run, --follow', 'Choose one.');
  if (paths.length === 0 && (options.inPlace || options.output !== undefined || options.follow))
    throw usage('no file is named', 'Name files or folders.');
  if (options.follow && paths.length > 1)
    throw usage('--follow takes one file', 'Run one process for each file.');
  if (paths.length === 0 && process.stdin.isTTY)
    throw usage('no file is named, and standard input is a terminal', 'Name files, or pipe something in.');
}

function usage(what: string, remedy: string): PangateError {
  return new PangateError('argument-invalid', what, remedy);
}

async function destinationOf(options: RedactOptions): Promise<Destination> {
  if (options.check || options.dryRun) return { kind: 'nowhere' };
  if (options.inPlace) return { kind: 'in-place' };
  if (options.output !== undefined) return { kind: 'folder', path: options.output };
  const { streamOutlet } = await import('../engine/redact/outlet.ts');
  return { kind: 'outlet', outlet: streamOutlet(process.stdout) };
}

/** Failures at once; the rest only in the end. */
export function tell({ path, state, error }: FileResult, progress: Progress): void {
  if (state !== 'failed') return;
  const { message, remedy } = error!;
  progress.note(`pangate: ${message.includes(path) ? '' : `${path}: `}${message}\n  ${remedy}\n`);
}

async function conclude(
  totals: Totals,
  results: readonly FileResult[],
  options: RedactOptions,
): Promise<void> {
  if (options.dryRun) process.stdout.write(await summary(totals, results));
  const found = Object.values(totals.counts).reduce((sum, count) => sum + count, 0);
  if (options.check && !options.dryRun && found > 0) process.stderr.write(`${words(totals.counts)} found\n`);
  if (totals.states['not-text'] > 0)
    process.stderr.write(
      `${totals.states['not-text']} file(s) that are not text were left out; --binary takes them\n`,
    );
  if (totals.states.failed > 0) process.exitCode = EXIT.error;
  else if (options.check && found > 0) process.exitCode = EXIT.found;
}

async function summary(totals: Totals, results: readonly FileResult[]): Promise<string> {
  const kinds = Object.keys(totals.counts).sort();
  const rows = results
    .map(({ path, counts }) => [path, ...kinds.map((kind) => String(counts[kind] ?? 0))])
    .sort(([left], [right]) => (left! < right! ? -1 : 1));
  const all = ['TOTAL', ...kinds.map((kind) => String(totals.counts[kind]))];
  const { table } = await import('./table.ts');
  const files = `${totals.files} file(s), ${totals.bytes} bytes of text\n`;
  return kinds.length === 0
    ? `nothing found; ${files}`
    : table(['FILE', ...kinds.map((kind) => kind.toUpperCase())], [...rows, all]) + files;
}

function words(counts: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
  return kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
}
