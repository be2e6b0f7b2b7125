import { Command } from 'commander';
import { holdsOf, keepingOf, openRecording, type Retention } from '../../recorder/index.ts';
import { ahead } from './ahead.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, PLACE_OPTIONS, type PlaceOption, recordingsIn } from './place.ts';
import { retentionFor } from './purge.ts';
import { safeText } from './safe-text.ts';
import { Ticker } from './ticker.ts';
import { showInstant } from './time.ts';

interface ReportOptions extends PlaceOption {
  readonly json?: boolean;
  readonly utc?: boolean;
}

/** What `report retention` counts. */
interface Sums {
  total: number;
  unreadable: number;
  hot: number;
  held: number;
  mayGo: number;
  due: number;
  encrypted: number;
  oldestUs: number | null;
  youngestUs: number | null;
}

/** `pangate replay report`. */
export function reportCommand(): Command {
  const command = new Command('report').description('what an assessor asks for');
  const retention = command.command('retention').description('what is kept, how long, and what may go');
  for (const option of PLACE_OPTIONS) retention.option(...option);
  retention
    .option('--json', 'as JSON')
    .option('--utc', 'times in UTC')
    .addHelpText('after', HELP)
    .action((options: ReportOptions) => guarded(() => report(options)));
  return command;
}

const HELP = `
PCI DSS 10.5.1: recordings of 12 months, the last three at hand. The first recording that is
there says how far back they go; what is missing or was purged the log says: verify --all.

Example:
  $ pangate replay report retention`;

async function report(options: ReportOptions): Promise<void> {
  const retention = await retentionFor(options);
  const sums = await sumsOf(await directoryOf(options), retention);
  if (options.json) await print(`${JSON.stringify({ ...sums, retention })}\n`);
  else await print(text(sums, retention, options.utc ?? false));
}

async function sumsOf(directory: string, retention: Retention): Promise<Sums> {
  const sums: Sums = {
    total: 0,
    unreadable: 0,
    hot: 0,
    held: 0,
    mayGo: 0,
    due: 0,
    encrypted: 0,
    oldestUs: null,
    youngestUs: null,
  };
  const ticker = new Ticker('recordings');
  for await (const _ of ahead(recordingsIn(directory), (path) => count(path, retention, sums))) ticker.tick();
  ticker.end();
  return sums;
}

async function count(path: string, retention: Retention, sums: Sums): Promise<void> {
  sums.total++;
  const recording = await openRecording(path).catch(() => null);
  await recording?.close();
  if (recording === null) {
    sums.unreadable++;
    return;
  }
  const { header, isEncrypted } = recording;
  const isHeld = (await holdsOf(path).catch(() => ['unreadable'])).length > 0;
  const { isHot, mayGo, isDue } = keepingOf(header, retention, Date.now() * 1000);
  sums.hot += Number(isHot);
  sums.held += Number(isHeld);
  sums.mayGo += Number(mayGo && !isHeld);
  sums.due += Number(isDue && !isHeld);
  sums.encrypted += Number(isEncrypted);
  sums.oldestUs = Math.min(sums.oldestUs ?? header.wallUs, header.wallUs);
  sums.youngestUs = Math.max(sums.youngestUs ?? header.wallUs, header.wallUs);
}

function text(sums: Sums, retention: Retention, utc: boolean): string {
  const days = (count: number): string => (count === -1 ? 'for ever' : `${count} days`);
  const when = (us: number | null): string => (us === null ? 'none' : showInstant(us, utc).slice(0, 19));
  const lines: [string, string | number][] = [
    ['recordings', sums.total],
    ['oldest', when(sums.oldestUs)],
    ['youngest', when(sums.youngestUs)],
    ['encrypted', sums.encrypted],
    [`at hand (${days(retention.hotDays)})`, sums.hot],
    ['held for a case', sums.held],
    [`kept ${days(retention.retainDays)}; may go`, sums.mayGo],
    [`removed after ${days(retention.deleteAfterDays)}; due`, sums.due],
    ['not readable', sums.unreadable],
  ];
  return lines.map(([name, value]) => `${name.padEnd(36)}${safeText(String(value))}\n`).join('');
}
