import { Command } from 'commander';
import { table } from '../table.ts';
import { audit, EMERGENCY_OPTION, type EmergencyOption } from './audit.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { like, PREDICATE_HELP } from './predicate.ts';
import { cut, safeJson, safeText } from './safe-text.ts';
import type { SessionInfo } from './session.ts';
import { PERIOD_OPTIONS, type PeriodOption, sessionsOf } from './sessions.ts';
import { showInstant, showSpan } from './time.ts';

interface LsOptions extends PlaceOption, PeriodOption, EmergencyOption {
  readonly user?: string;
  readonly target?: string;
  readonly protocol?: string;
  readonly database?: string;
  readonly masked?: boolean;
  readonly error?: boolean;
  readonly unfinished?: boolean;
  readonly json?: boolean;
  readonly utc?: boolean;
}

/** `pangate replay ls`. */
export function lsCommand(): Command {
  const command = new Command('ls')
    .description('list sessions')
    .argument('[condition...]', 'which sessions; see below');
  for (const option of PLACE_OPTIONS) command.option(...option);
  for (const option of PERIOD_OPTIONS) command.option(...option);
  return command
    .option('-u, --user <id>', 'of this user')
    .option('-t, --target <name>', 'to this target')
    .option('-p, --protocol <name>', 'of this protocol')
    .option('--database <name>', 'on this database')
    .option('--masked', 'in which something was masked')
    .option('--error', 'in which something failed')
    .option('--unfinished', 'that are open or cut off')
    .option('--json', 'one JSON object a line')
    .option('--utc', 'times in UTC')
    .option(...EMERGENCY_OPTION)
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: LsOptions) => guarded(() => list(words, options)));
}

const HELP = `
Values of --user, --target, --protocol and --database may hold * for anything.

Conditions, in quotes where the shell has its own idea of a character:
${PREDICATE_HELP.replace(/^/gm, '  ')}

Examples:
  $ pangate replay ls --last 24h
  $ pangate replay ls --user alice --masked
  $ pangate replay ls 'user = alice and (masked > 0 or deny) and not target = test-*'
  $ pangate replay ls 'stmt ~ "update cards" from 2026-11-01'
  $ pangate replay ls --from 2026-11-01 --to 2026-12-01 --json | jq .sid`;

async function list(words: readonly string[], options: LsOptions): Promise<void> {
  const rows: SessionInfo[] = [];
  const identities = await identitiesOf(options);
  const directory = await directoryOf(options);
  await audit(directory, { type: 'view', verb: 'ls', sid: '', what: words.join(' ') }, options);
  for await (const info of sessionsOf({ directory, identities, words, period: options })) {
    if (!matches(info, options)) continue;
    if (options.json) await print(`${safeJson(asJson(info))}\n`);
    else rows.push(info);
  }
  if (options.json) return;
  const shown = rows.map((row) => cells(row, options.utc ?? false));
  if (rows.length === 0) process.stderr.write('no sessions\n');
  else await print(table(HEADS, shown));
}

function matches(info: SessionInfo, options: LsOptions): boolean {
  if (options.masked && info.masked === 0) return false;
  if (options.error && info.errors === 0 && info.result !== 'failure') return false;
  if (options.unfinished && info.state !== 'unfinished') return false;
  const { user, target, protocol, database } = options;
  return (
    isLike(info.user, user) &&
    isLike(info.target, target) &&
    isLike(info.protocol, protocol) &&
    isLike(info.database, database)
  );
}

function isLike(text: string, pattern: string | undefined): boolean {
  return pattern === undefined || like(pattern)(text);
}

/** A session as a list gives it to programs. */
export function asJson({ startedUs, durationUs, ...info }: SessionInfo): object {
  return { started: new Date(startedUs / 1000).toISOString(), durationMs: durationUs / 1000, ...info };
}

const HEADS = [
  'STARTED',
  'SESSION',
  'USER',
  'TARGET',
  'DATABASE',
  'CLIENT',
  'LENGTH',
  'STMTS',
  'MASKED',
  'ERRORS',
  'STATE',
];
const NAME_MAX = 24;

function cells(info: SessionInfo, utc: boolean): string[] {
  const name = (text: string): string => cut(safeText(text), NAME_MAX);
  return [
    showInstant(info.startedUs, utc).slice(0, 19),
    info.sid,
    name(info.user),
    name(info.target),
    name(info.database),
    name(info.client),
    showSpan(info.durationUs),
    String(info.statements),
    String(info.masked),
    String(info.errors),
    info.result === 'failure' ? 'refused' : info.state,
  ];
}
