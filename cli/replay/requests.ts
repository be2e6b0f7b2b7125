import { Command } from 'commander';
import pc from 'picocolors';
import { type Exchange, ExchangeLog } from './exchange.ts';
import { guarded } from './exit.ts';
import { print, widthOf } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { FOLLOW_OPTION, PLAY_OPTIONS, type PlayOption, play } from './reading.ts';
import { cut, safeJson, safeText } from './safe-text.ts';
import { showClock, showSpan } from './time.ts';

interface RequestsOptions extends PlaceOption, PlayOption {
  readonly grep?: string;
  readonly method?: string;
  readonly status?: string;
  readonly masked?: boolean;
  readonly error?: boolean;
  readonly json?: boolean;
  readonly utc?: boolean;
}

/** `pangate replay http`. */
export function requestsCommand(): Command {
  const command = new Command('http')
    .description('list the HTTP requests of a session and their responses')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS, FOLLOW_OPTION]) command.option(...option);
  return command
    .option('-g, --grep <text>', 'requests whose URL holds this text')
    .option('-X, --method <name>', 'requests of this method')
    .option('--status <code>', 'with this status, or 4xx, 5xx')
    .option('--masked', 'in which something was masked')
    .option('--error', 'that failed: 400 and above, or no response')
    .option('--json', 'one JSON object a line, with headers and bodies')
    .option('--utc', 'times in UTC')
    .addHelpText('after', HELP)
    .action((word: string, options: RequestsOptions) => guarded(() => list(word, options)));
}

const HELP = `
Examples:
  $ pangate replay http last
  $ pangate replay http 01M84 --status 5xx --json | jq .url
  $ pangate replay export 01M84 --format har --output session.har`;

async function list(word: string, options: RequestsOptions): Promise<void> {
  const log = new ExchangeLog();
  let startedUs = 0;
  let isFirst = true;
  const show = async (exchange: Exchange): Promise<void> => {
    if (!isWanted(exchange, options)) return;
    if (options.json) return print(`${safeJson(asJson(exchange, startedUs))}\n`);
    if (isFirst) await print(`${pc.bold(HEAD)}\n`);
    isFirst = false;
    await print(line(exchange, startedUs, options.utc ?? false));
  };
  await play(word, options, 'http', async (record, { header }) => {
    startedUs = header.wallUs;
    const exchange = log.take(record);
    if (exchange !== null) await show(exchange);
  });
  for (const exchange of log.end()) await show(exchange);
}

function isWanted(exchange: Exchange, options: RequestsOptions): boolean {
  const { grep, method, status, masked, error } = options;
  const code = String(exchange.response?.status ?? '');
  if (grep !== undefined && !exchange.url.toLowerCase().includes(grep.toLowerCase())) return false;
  if (method !== undefined && exchange.method.toUpperCase() !== method.toUpperCase()) return false;
  if (
    status !== undefined &&
    !new RegExp(`^${status.replaceAll(/[^\dx]/g, '').replaceAll('x', '\\d')}$`).test(code)
  )
    return false;
  if (masked && exchange.masked === 0) return false;
  return !error || code === '' || Number(code) >= 400;
}

function asJson({ atUs, ...exchange }: Exchange, startedUs: number): object {
  return { at: new Date((startedUs + atUs) / 1000).toISOString(), ...exchange };
}

const HEAD = `${'TIME'.padEnd(12)}  METHOD   STATUS     BYTES       TOOK  MASKED  URL`;

function line(exchange: Exchange, startedUs: number, utc: boolean): string {
  const { response } = exchange;
  const took = response === null ? '' : showSpan(response.totalUs ?? response.atUs - exchange.atUs);
  const shown = [
    showClock(startedUs + exchange.atUs, utc),
    cut(safeText(exchange.method), 7).padEnd(7),
    String(response?.status ?? '…').padStart(6),
    String(response?.body.bytes ?? '').padStart(9),
    took.padStart(9),
    (exchange.masked > 0 ? String(exchange.masked) : '').padStart(6),
  ].join('  ');
  const whole = `${shown}  ${cut(safeText(exchange.url), Math.max(20, widthOf() - shown.length - 2))}`;
  if (response === null || response.status >= 400) return `${pc.red(whole)}\n`;
  return `${exchange.masked > 0 ? pc.yellow(whole) : whole}\n`;
}
