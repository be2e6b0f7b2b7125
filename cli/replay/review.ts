import { Command } from 'commander';
import { PangateError } from '../../base/errors.ts';
import { openRecording, verifyRecording } from '../../recorder/index.ts';
import { table } from '../table.ts';
import { append, archiveOf } from './audit.ts';
import { guarded, STATUS_EXIT } from './exit.ts';
import { asJson } from './ls.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';
import { Reviews } from './reviews.ts';
import { cut, safeJson, safeText } from './safe-text.ts';
import type { SessionInfo } from './session.ts';
import { PERIOD_OPTIONS, type PeriodOption, sessionsOf } from './sessions.ts';
import { showInstant, showSpan } from './time.ts';

interface ListOptions extends PlaceOption, PeriodOption {
  readonly every?: boolean;
  readonly reviewed?: boolean;
  readonly json?: boolean;
  readonly utc?: boolean;
}

interface DoneOptions extends PlaceOption {
  readonly note: string;
  readonly ticket?: string;
  readonly exception?: boolean;
}

/** `pangate replay review`. */
export function reviewCommand(): Command {
  const command = new Command('review').description('sessions to look at, and which have been looked at');
  command.addCommand(listCommand()).addCommand(doneCommand()).addHelpText('after', HELP);
  return command;
}

function listCommand(): Command {
  const command = new Command('list')
    .description('list the sessions that wait for a review')
    .argument('[condition...]', 'which sessions: as of replay ls');
  for (const option of PLACE_OPTIONS) command.option(...option);
  for (const option of PERIOD_OPTIONS) command.option(...option);
  return command
    .option('--every', 'also those in which nothing of note happened')
    .option('--reviewed', 'also those that have been reviewed')
    .option('--json', 'one JSON object a line')
    .option('--utc', 'times in UTC')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: ListOptions) => guarded(() => list(words, options)));
}

function doneCommand(): Command {
  const command = new Command('done')
    .description('say that sessions have been reviewed')
    .argument('<recordings...>', 'files, session ids or beginnings of them, last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .requiredOption('--note <text>', 'what was seen, one line')
    .option('--ticket <name>', 'where it is followed up')
    .option('--exception', 'something is to be done: it waits until it is reviewed again')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: DoneOptions) => guarded(() => done(words, options)));
}

const HELP = `
To look at: refused logins, alerts, refusals, approvals, card data, files and COPY, errors, gaps, sessions
that were cut off, and those that were looked at in an emergency (--break-glass). Each list and each
review is an entry of the log over all sessions; nothing else keeps them. A session that has grown since
its review waits again. A recording that does not verify can only be an exception.

Exit code of list: 1 if something waits.

Examples:
  $ pangate replay review list --last 24h
  $ pangate replay play 01M84
  $ pangate replay review done 01M84 --note 'support call 4711, as agreed'
  $ pangate replay review done 01M84 --exception --ticket SEC-12 --note 'why a COPY of all cards?'`;

async function list(words: readonly string[], options: ListOptions): Promise<void> {
  const directory = await directoryOf(options);
  const reviews = new Reviews(directory);
  const identities = await identitiesOf(options);
  const rows: string[][] = [];
  let [sessions, waiting] = [0, 0];
  for await (const info of sessionsOf({ directory, identities, words, period: options })) {
    sessions++;
    const reasons = reviews.reasons(info);
    const isOpen = (reasons.length > 0 || options.every === true) && !reviews.isDone(info);
    if (isOpen) waiting++;
    else if (!options.reviewed || reviews.of(info.sid) === null) continue;
    const last = reviews.of(info.sid);
    if (options.json) await print(`${safeJson({ ...asJson(info), reasons, waits: isOpen, review: last })}\n`);
    else rows.push([...cells(info, options.utc ?? false), reasons.join(', '), stateOf(reviews, info)]);
  }
  if (rows.length > 0) await print(table(HEADS, rows));
  process.stderr.write(`${waiting} of ${sessions} sessions wait for a review\n`);
  if (waiting > 0) process.exitCode = 1;
  await append(directory, {
    type: 'review-list',
    what: words.join(' '),
    ...spanIn(options),
    sessions,
    waiting,
  });
}

function spanIn({ from = 0, to = 0, last = 0 }: PeriodOption): object {
  const begun = last > 0 ? Date.now() * 1000 - last : 0;
  return { from_us: Math.max(from, begun), to_us: to };
}

const HEADS = ['STARTED', 'SESSION', 'USER', 'TARGET', 'LENGTH', 'MASKED', 'WHY', 'REVIEW'];
const NAME_MAX = 24;

function cells({ startedUs, sid, user, target, durationUs, masked }: SessionInfo, utc: boolean): string[] {
  const name = (text: string): string => cut(safeText(text), NAME_MAX);
  const started = showInstant(startedUs, utc).slice(0, 19);
  return [started, sid, name(user), name(target), showSpan(durationUs), String(masked)];
}

function stateOf(reviews: Reviews, info: SessionInfo): string {
  const last = reviews.of(info.sid);
  if (last === null) return 'waits';
  const ticket = last.ticket === '' ? '' : ` ${safeText(last.ticket)}`;
  const again = last.outcome === 'done' && !reviews.isDone(info) ? 'waits again; ' : '';
  return `${again}${last.outcome}${ticket}, ${safeText(last.who)}: ${cut(safeText(last.note), NAME_MAX)}`;
}

async function done(words: readonly string[], options: DoneOptions): Promise<void> {
  const { note, ticket = '', exception = false } = options;
  for (const text of [note, ticket])
    if (text.length > 500 || text.includes('\n') || note.trim() === '')
      throw new PangateError('argument-invalid', 'a note is one line of 1 to 500 characters');
  for (const word of words) {
    const path = await recordingOf(word, options);
    const { status, reason } = await verifyRecording(path, { depth: 'quick' });
    if (STATUS_EXIT[status] !== 0 && status !== 'OPEN' && !exception)
      throw new PangateError(
        'archive-damaged',
        `a recording that is ${status} is not done with: ${safeText(reason)}`,
        'Say what follows: --exception --ticket NAME.',
      );
    const recording = await openRecording(path);
    const { records } = await recording.outline();
    await recording.close();
    const { sid } = recording.header;
    const outcome = exception ? 'exception' : 'done';
    const isLogged = await append(archiveOf(path), {
      type: 'review',
      sid,
      outcome,
      note,
      ticket,
      records,
      status,
    });
    if (!isLogged) new Reviews(archiveOf(path));
    await print(`${outcome}  ${sid}\n`);
  }
}
