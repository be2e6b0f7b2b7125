import { Command, InvalidArgumentError, Option } from 'commander';
import { PangateError } from '../../base/errors.ts';
import type { RecordRead } from '../../recorder/index.ts';
import { csvLine } from './csv.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { PLAY_OPTIONS, type Played, type PlayOption, play } from './play.ts';
import { safeJson, safeText } from './safe-text.ts';

interface ExportOptions extends PlaceOption, PlayOption {
  readonly format: 'jsonl' | 'csv';
  readonly statement?: number;
}

/** `pangate replay export`. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('write the records as JSON lines, or the result of a statement as CSV')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS]) command.option(...option);
  return command
    .addOption(
      new Option('-f, --format <format>', 'what to write').choices(['jsonl', 'csv']).default('jsonl'),
    )
    .option('-s, --statement <id>', 'for csv: the id of the statement (replay sql --json shows it)', parseId)
    .addHelpText('after', HELP)
    .action((word: string, options: ExportOptions) => guarded(() => write(word, options)));
}

const HELP = `
A line of JSON is one record: {"seq", "at", "type", ...}. Bytes are {"$bytes": "<base64>"}.

Examples:
  $ pangate replay export last > session.jsonl
  $ pangate replay export 01M84 --format csv --statement 3 > result.csv`;

function parseId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write the number of a statement.');
}

async function write(word: string, options: ExportOptions): Promise<void> {
  if (options.format === 'csv' && options.statement === undefined)
    throw new PangateError('argument-invalid', 'csv holds one result', 'Say which: --statement <id>.');
  await play(word, options, options.format === 'csv' ? (record) => csv(record, options.statement!) : jsonl);
}

async function jsonl({ seq, dtUs, type, data }: RecordRead, { header }: Played): Promise<void> {
  if (type === 'seed') return;
  const at = new Date((header.wallUs + dtUs) / 1000).toISOString();
  await print(`${safeJson({ seq, at, dt_us: dtUs, type, ...data })}\n`);
}

async function csv({ type, data }: RecordRead, statement: number): Promise<void> {
  if (Number(data['id']) !== statement) return;
  const cols = data['cols'];
  const rows = data['rows'];
  if (type === 'sql.cols' && Array.isArray(cols)) await line(cols.map((col: { n?: unknown }) => col?.n));
  if (type !== 'sql.rows' || !Array.isArray(rows)) return;
  for (const row of rows) await line(Array.isArray(row) ? row : [row]);
}

/** A file gets the cells as they are; a terminal gets them as it may show them. */
function line(cells: readonly unknown[]): Promise<void> {
  if (!process.stdout.isTTY) return print(csvLine(cells));
  return print(`${safeText(csvLine(cells).trimEnd())}\n`);
}
