/** The sessions of an archive by time and condition, for lists. */
import { type Identity, openRecording, type Recording } from '../../recorder/index.ts';
import { ahead } from './ahead.ts';
import { recordingsIn } from './place.ts';
import { parsePredicate } from './predicate.ts';
import { safeText } from './safe-text.ts';
import { type SessionInfo, sessionInfo } from './session.ts';
import { statementsOf } from './statements.ts';
import { Ticker } from './ticker.ts';
import { parseInstant, parseSpan } from './time.ts';

/** When sessions have begun, in microseconds. */
export interface PeriodOption {
  readonly from?: number;
  readonly to?: number;
  readonly last?: number;
}

/** `--from`, `--to` and `--last` of each list. */
export const PERIOD_OPTIONS: readonly (readonly [string, string, (text: string) => number])[] = [
  ['--from <time>', 'begun at or after', parseInstant],
  ['--to <time>', 'begun before', parseInstant],
  ['--last <span>', 'begun in the last 90s, 15m, 24h, 7d, 2w', parseSpan],
];

/** What to list. */
export interface Wanted {
  readonly directory: string;
  readonly identities: readonly Identity[];
  /** Words of a condition; none for all. */
  readonly words: readonly string[];
  readonly period: PeriodOption;
}

/**
 * Oldest first. What cannot be read is said on standard error and left out. Throws `argument-invalid` for a
 * condition that is not understood.
 */
export async function* sessionsOf(wanted: Wanted): AsyncGenerator<SessionInfo> {
  const { directory, identities, words } = wanted;
  const predicate = parsePredicate(words.join(' '));
  const [fromUs, toUs] = spanOf(wanted.period);
  const paths = recordingsIn(directory, dayOf(fromUs), dayOf(toUs));
  const ticker = new Ticker('recordings');
  for await (const info of ahead(paths, (path) => infoOf(path, identities))) {
    ticker.tick();
    if (info === null || info.startedUs < fromUs || info.startedUs >= toUs) continue;
    if (await predicate({ info, statements: () => statementsOf(info.path, identities) })) yield info;
  }
  ticker.end();
}

function spanOf({ from, to, last }: PeriodOption): [number, number] {
  const nowUs = Date.now() * 1000;
  return [Math.max(from ?? 0, last === undefined ? 0 : nowUs - last), to ?? Number.POSITIVE_INFINITY];
}

/** The day's folder, by the UTC day that sessions are filed under. */
function dayOf(us: number): string {
  return Number.isFinite(us) ? new Date(us / 1000).toISOString().slice(0, 10) : '9';
}

async function infoOf(path: string, identities: readonly Identity[]): Promise<SessionInfo | null> {
  let recording: Recording;
  try {
    recording = await openRecording(path, identities);
  } catch (error) {
    process.stderr.write(`${safeText(path)}: ${(error as Error).message}\n`);
    return null;
  }
  try {
    return await sessionInfo(recording);
  } finally {
    await recording.close();
  }
}
