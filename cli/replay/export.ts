import { Command, InvalidArgumentError, Option } from 'commander';
import { PangateError } from '../../base/errors.ts';
import { version } from '../version.ts';
import { guarded } from './exit.ts';
import { writeBundle } from './exports/bundle.ts';
import type { ExportJob } from './exports/format.ts';
import { FORMATS, formatOf } from './exports/index.ts';
import type { Sink } from './exports/sink.ts';
import { toFile, toStandardOutput } from './exports/sink.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import {
  type Checked,
  FOLLOW_OPTION,
  openChecked,
  PLAY_OPTIONS,
  type PlayOption,
  sayEnd,
} from './reading.ts';
import { openTape, type Tape } from './tape.ts';

interface ExportOptions extends PlaceOption, PlayOption {
  readonly format: string;
  readonly output?: string;
  readonly statement?: number;
  readonly rows: number;
  readonly channel?: number;
}

const ROWS_IN_PAGE = 1000;

/** `pangate replay export`. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('write a session for other tools and other people')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS, FOLLOW_OPTION]) command.option(...option);
  return command
    .addOption(
      new Option('-f, --format <format>', 'how to write it')
        .choices([...Object.keys(FORMATS), 'bundle'])
        .default('jsonl'),
    )
    .option('-o, --output <path>', 'where to; else standard output. For bundle: a new folder')
    .option(
      '-s, --statement <id>',
      'for csv: the id of the statement (replay sql --json shows it)',
      parseNumber,
    )
    .option('--rows <n>', 'for html: rows of each result', parseNumber, ROWS_IN_PAGE)
    .option('--channel <n>', 'whose terminal, where a session has several', parseNumber)
    .addHelpText('after', HELP)
    .action((word: string, options: ExportOptions) => guarded(() => write(word, options)));
}

const HELP = `
Formats:
${Object.entries(FORMATS)
  .map(([name, { about }]) => `  ${name.padEnd(12)}${about}`)
  .join('\n')}
  ${'bundle'.padEnd(12)}a folder of evidence: recording, proofs, report, page, text

In JSON a record is {"seq", "at", "type", ...}, and bytes are {"$bytes": "<base64>"}.

Examples:
  $ pangate replay export last > session.jsonl
  $ pangate replay export last --format html --output session.html
  $ pangate replay export 01M84 --format asciicast-2 -o session.cast && asciinema play session.cast
  $ pangate replay export 01M84 --format csv --statement 3 > result.csv
  $ pangate replay export 01M84 --format bundle --output evidence`;

function parseNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number.');
}

async function write(word: string, options: ExportOptions): Promise<void> {
  if (options.format === 'csv' && options.statement === undefined)
    throw new PangateError('argument-invalid', 'csv holds one result', 'Say which: --statement <id>.');
  if (options.format === 'bundle' && options.output === undefined)
    throw new PangateError('argument-invalid', 'a bundle is a folder', 'Say where: --output <folder>.');
  const checked = await openChecked(word, options, { type: 'export', verb: 'export', what: options.format });
  try {
    if (options.format === 'bundle') return await writeBundle(options.output!, jobOf(checked, options));
    const work = (sink: Sink): Promise<void> =>
      formatOf(options.format).write({ ...jobOf(checked, options), sink });
    const { output, follow } = options;
    await (output === undefined ? toStandardOutput(work, follow ?? false) : toFile(output, work));
    if (follow) await sayEnd(checked.recording.path);
  } finally {
    await checked.recording.close();
  }
}

function jobOf(checked: Checked, options: ExportOptions): Omit<ExportJob, 'sink'> {
  let tape: Promise<Tape> | null = null;
  const columns = FORMATS[options.format]?.columns ?? Number.POSITIVE_INFINITY;
  return {
    checked,
    tape: () => (tape ??= openTape(checked, { ...options, columns })),
    statement: options.statement ?? null,
    rowsMax: options.rows,
    version: version(),
    follow: options.follow ?? false,
  };
}
