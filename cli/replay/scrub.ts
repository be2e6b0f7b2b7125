import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import {
  ArchiveVerifier,
  LOG_FOLDER,
  type ScrubSums,
  scrub,
  type Verification,
  verifyRecording,
} from '../../recorder/index.ts';
import { append } from './audit.ts';
import { guarded, STATUS_EXIT, worse } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingsIn } from './place.ts';
import { safeText } from './safe-text.ts';

interface ScrubOption extends PlaceOption {
  readonly quick?: boolean;
  readonly rate: number;
  readonly every?: number;
  readonly metrics?: string;
}

const RATE_MB = 20;

/** `pangate replay scrub`. */
export function scrubCommand(): Command {
  const command = new Command('scrub').description('verify all recordings slowly, again and again');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('-q, --quick', 'hashes, links and counts only; records are not decoded')
    .option('--rate <megabytes>', 'megabytes of files a second, on average', parseNumber, RATE_MB)
    .option('--every <hours>', 'begin again so many hours after the last beginning, until ended', parseNumber)
    .option('--metrics <file>', 'write the last run there, in the text format of Prometheus')
    .addHelpText('after', HELP)
    .action((options: ScrubOption) => guarded(() => scrubs(options)));
}

const HELP = `
PCI DSS 10.3.4: what was changed, cut off or is missing is told on standard error as soon as it is
met, and stands in the log (entries of the type alert); each run stands there with its counts (verify).
Exit codes as for verify, of the last run.

Examples:
  $ pangate replay scrub --quick
  $ pangate replay scrub --every 24 --rate 50 --metrics /var/lib/node_exporter/pangate.prom`;

function parseNumber(text: string): number {
  const number = Number(text);
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError('Write a number above 0.');
}

async function scrubs(options: ScrubOption): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  try {
    for (;;) {
      const beganMs = performance.now();
      process.exitCode = 0;
      await once(options, ended.signal);
      if (options.every === undefined || ended.signal.aborted) return;
      const restMs = options.every * 3_600_000 - (performance.now() - beganMs);
      await sleep(Math.max(0, restMs), undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return;
    }
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end);
  }
}

async function once(options: ScrubOption, signal: AbortSignal): Promise<void> {
  const directory = await directoryOf(options);
  const beganMs = performance.now();
  const sums = await scrub(await reportsOf(directory, options), {
    bytesPerSecond: options.rate * 1_000_000,
    onFinding: (report) => found(directory, report),
    signal,
  });
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  const depth = options.quick ? 'quick' : 'full';
  const run = { type: 'verify', depth, all: true, scrub: true, whole: !signal.aborted, ...sums, seconds };
  await append(directory, run);
  if (options.metrics !== undefined) writeMetrics(options.metrics, sums, seconds);
  await print(`${text(sums, seconds)}\n`);
}

async function reportsOf(directory: string, options: ScrubOption): Promise<AsyncIterable<Verification>> {
  const how = { depth: options.quick ? 'quick' : 'full', identities: await identitiesOf(options) } as const;
  const log = join(directory, LOG_FOLDER);
  if (existsSync(join(log, 'vkeys')))
    return new ArchiveVerifier({ log }).all(directory, recordingsIn(directory), how);
  return plain(directory, how);
}

async function* plain(
  directory: string,
  how: Parameters<typeof verifyRecording>[1],
): AsyncGenerator<Verification> {
  for await (const path of recordingsIn(directory)) yield await verifyRecording(path, how);
}

/** Told at once, and in the log before the next recording is looked at. */
async function found(directory: string, { status, sid, path, reason }: Verification): Promise<void> {
  process.exitCode = worse(Number(process.exitCode ?? 0), STATUS_EXIT[status]);
  process.stderr.write(`${status}  ${sid || safeText(path)}  ${safeText(reason)}\n`);
  await append(directory, { type: 'alert', rule: 'scrub', sid, status });
}

function text({ statuses, recordings, bytes }: ScrubSums, seconds: number): string {
  const each = Object.entries(statuses)
    .sort()
    .map(([status, count]) => `${count} ${status}`);
  const what = `${recordings} recording${recordings === 1 ? '' : 's'}, ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s`;
  return [what, ...each].join(', ');
}

/** Whole or not at all: a collector reads it at any moment. */
function writeMetrics(path: string, { statuses, bytes }: ScrubSums, seconds: number): void {
  const lines = [
    '# TYPE pangate_scrub_recordings gauge',
    ...Object.keys(STATUS_EXIT).map(
      (status) =>
        `pangate_scrub_recordings{status="${status}"} ${statuses[status as keyof typeof statuses] ?? 0}`,
    ),
    '# TYPE pangate_scrub_bytes gauge',
    `pangate_scrub_bytes ${bytes}`,
    '# TYPE pangate_scrub_seconds gauge',
    `pangate_scrub_seconds ${seconds}`,
    '# TYPE pangate_scrub_end_timestamp_seconds gauge',
    `pangate_scrub_end_timestamp_seconds ${Math.round(Date.now() / 1000)}`,
  ];
  writeFileSync(`${path}.new`, `${lines.join('\n')}\n`);
  renameSync(`${path}.new`, path);
}
