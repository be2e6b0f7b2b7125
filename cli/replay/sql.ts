import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { guarded } from './exit.ts';
import { Fold } from './fold.ts';
import { grid, textOf } from './grid.ts';
import { eventText } from './item-text.ts';
import { print, widthOf } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { FOLLOW_OPTION, PLAY_OPTIONS, type PlayOption, play } from './reading.ts';
import { cut, safeJson, safeLine, safeText } from './safe-text.ts';
import { textIn } from './session.ts';
import { isAboutStatements, passes, type SqlFilter } from './sql-filter.ts';
import { parseSpan, showClock, showSpan } from './time.ts';
import { type EventItem, type StatementItem, Timeline, type TimelineItem } from './timeline.ts';

interface SqlOptions extends PlaceOption, PlayOption, SqlFilter {
  readonly rows?: number | true;
  readonly fold?: boolean;
  readonly explainMask?: boolean;
  readonly events?: boolean;
  readonly json?: boolean;
  readonly utc?: boolean;
}

const ROWS_SHOWN = 20;
const ROWS_MAX = 100_000;

/** `pangate replay sql`. */
export function sqlCommand(): Command {
  const command = new Command('sql')
    .description('show the statements of a session, in time, with their results')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS, FOLLOW_OPTION]) command.option(...option);
  return command
    .option(
      '-r, --rows [n]',
      `the first rows of each result (${ROWS_SHOWN} unless told), masked cells marked`,
      parseRows,
    )
    .option('-g, --grep <text>', 'statements that hold this text')
    .option('--fingerprint <hex>', 'statements that are this one but for their literals (--json shows it)')
    .option('--table <name>', 'statements on this table')
    .option('--verdict <act>', 'statements that were judged so: pass, mask, hold, refuse')
    .option('--slower <span>', 'statements that took at least 250ms, 2s, 1m', parseSpan)
    .option('--masked [field]', 'statements in whose result something, or this field, was masked')
    .option('--error', 'statements that failed')
    .option('--fold', 'one line for each transaction')
    .option('--explain-mask', 'say of each masked field which rule masked it')
    .option('--events', 'notices, settings and other events too')
    .option('--json', 'one JSON object a line')
    .option('--utc', 'times in UTC')
    .addHelpText('after', HELP)
    .action((word: string, options: SqlOptions) => guarded(() => sql(word, options)));
}

const HELP = `
Columns: time, time since the statement before, kind of request, statement, rows, how long it
took, masked values, how it ended. «cells» were masked before they were recorded or sent.

Examples:
  $ pangate replay sql last
  $ pangate replay sql 01M84 --rows 5
  $ pangate replay sql 01M84 --masked --json | jq .text`;

function parseRows(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) <= ROWS_MAX) return Number(text);
  throw new InvalidArgumentError(`Write a number from 0 to ${ROWS_MAX}.`);
}

async function sql(word: string, options: SqlOptions): Promise<void> {
  const rowsMax = options.rows === true ? ROWS_SHOWN : (options.rows ?? 0);
  const timeline = new Timeline(rowsMax);
  const fold = options.fold ? new Fold() : null;
  let printer: Printer | null = null;
  await play(word, options, 'sql', async (record, { header, opening }) => {
    printer ??= new Printer(options, header.wallUs, textIn(opening, 'user', 'id'));
    const item = timeline.take(record);
    if (item === null) return;
    for (const each of fold?.take(item) ?? [item]) await printer.item(each);
  });
  for (const item of [...(fold?.end() ?? []), ...timeline.end()])
    await (printer as Printer | null)?.item(item);
}

class Printer {
  readonly #options: SqlOptions;
  readonly #startedUs: number;
  readonly #user: string;
  #beforeUs = 0;
  #isFirst = true;

  constructor(options: SqlOptions, startedUs: number, user: string) {
    this.#options = options;
    this.#startedUs = startedUs;
    this.#user = user;
  }

  async item(item: TimelineItem): Promise<void> {
    if (!this.#isWanted(item)) return;
    if (this.#options.json) {
      const at = new Date((this.#startedUs + item.atUs) / 1000).toISOString();
      await print(`${safeJson({ at, user: this.#user, ...item })}\n`);
      return;
    }
    if (this.#isFirst) await print(`${pc.bold(line(HEADS))}\n`);
    this.#isFirst = false;
    await print(item.kind === 'statement' ? this.#statement(item) : this.#event(item));
    this.#beforeUs = item.atUs;
  }

  #isWanted(item: TimelineItem): boolean {
    const { error, events } = this.#options;
    if (item.kind === 'statement') return passes(item, this.#options);
    if (isAboutStatements(this.#options) || !(events || ALWAYS.has(item.type))) return false;
    return !error || FAILED.has(item.type);
  }

  #statement(item: StatementItem): string {
    const masked = item.masks.reduce((sum, mask) => sum + mask.count, 0);
    const result = line([
      ...this.#times(item),
      cut(safeText(this.#user), 12),
      safeText(item.op),
      item.rowCount > 0 || item.columns.length > 0 ? String(item.rowCount) : '',
      item.tookUs === null ? '…' : showSpan(item.tookUs),
      masked > 0 ? String(masked) : '',
    ]);
    const shown = `${result}  ${this.#text(item, result.length + 2)}`;
    const failed =
      item.sqlstate === '' ? '' : `    ${pc.red(`${safeText(item.sqlstate)} ${safeLine(item.message)}`)}\n`;
    const why = this.#options.explainMask ? explained(item) : '';
    return `${masked > 0 ? pc.yellow(shown) : shown}\n${failed}${why}${this.#options.rows === undefined ? '' : grid(item, widthOf())}`;
  }

  #text(item: StatementItem, used: number): string {
    const params = item.params.length > 0 ? `  [${item.params.map(textOf).join(', ')}]` : '';
    const verdict = item.verdict !== '' && item.verdict !== 'pass' ? `${safeText(item.verdict)}: ` : '';
    return cut(`${verdict}${safeLine(item.text)}${params}`, Math.max(20, widthOf() - used));
  }

  #event(item: EventItem): string {
    const shown = line([...this.#times(item), cut(safeText(this.#user), 12), item.type]);
    const room = Math.max(20, widthOf() - shown.length - 2);
    const whole = `${shown}  ${cut(eventText(item.type, item.data), room)}`;
    return `${FAILED.has(item.type) ? pc.red(whole) : pc.dim(whole)}\n`;
  }

  #times(item: TimelineItem): [string, string] {
    const utc = this.#options.utc ?? false;
    return [
      showClock(this.#startedUs + item.atUs, utc),
      `+${showSpan(Math.max(0, item.atUs - this.#beforeUs))}`,
    ];
  }
}

/** A line for each masked field: how many values, by which rule, found as what. */
function explained({ masks, columns }: StatementItem): string {
  return masks
    .map(({ column, rule, by, count }) => {
      const field = columns[column];
      const place = field === undefined ? 'the data' : [field.table, field.name].filter(Boolean).join('.');
      const how = by === 'value' ? `found as ${rule}` : `rule ${by}${rule === by ? '' : `, ${rule}`}`;
      return `    ${pc.yellow(safeText(`${place}: ${count} masked, ${how}`))}\n`;
    })
    .join('');
}

const HEADS = ['TIME', 'SINCE', 'USER', 'OP', 'ROWS', 'TOOK', 'MASKED', 'STATEMENT'];
const WIDTHS = [12, 9, 12, 8, 7, 9, 6];
/** Events that are shown unasked. */
const ALWAYS = new Set(['s.open', 's.close', 'gap', 'clock', 'alert', 'sql.error', 'login.denied']);
const FAILED = new Set(['gap', 'alert', 'sql.error', 'login.denied']);
const LEFT = new Set([2, 3]);

/** Cells under the heads; numbers to the right. */
function line(cells: readonly string[]): string {
  return cells
    .map((text, i) => (LEFT.has(i) || i === 0 ? text.padEnd(WIDTHS[i] ?? 0) : text.padStart(WIDTHS[i] ?? 0)))
    .join('  ');
}
