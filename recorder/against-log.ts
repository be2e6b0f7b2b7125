/**
 * Recordings beside the log that says which there must be: docs/formats/pgr-v1.md,
 * "Verification". The log is read before the files: a file is never behind an honest log.
 */
import { join } from 'node:path';
import { recordingPath } from './archive.ts';
import type { LoggedRun, LoggedSession, LogView } from './log/log-view.ts';
import { Report, type Verification } from './verification.ts';
import { type VerifyOptions, verifyRecording } from './verify.ts';

/** Seconds after which a session that others of its run have overtaken should be in the log. */
const OVERTAKEN_US = 30_000_000;
/** How far a time in a file may be from that of its entry in the log. */
const BRACKET_US = 300_000_000;

/** Verifies one recording and holds it against what the log has of its session. */
export async function verifyAgainstLog(
  path: string,
  view: LogView,
  options: VerifyOptions,
): Promise<Verification> {
  const sid = /([0-9A-Z]{26})\.pgr\.zst$/.exec(path)?.[1] ?? '';
  const report = (await verifyRecording(path, options)) as Report;
  const logged = view.sessions.get(report.sid === '' ? sid : report.sid);
  if (view.problems.length > 0) report.conclude('TAMPERED', `The log does not hold: ${view.problems[0]}.`);
  else if (logged === undefined) unknown(report);
  else if (report.sid !== '' && sid !== '' && report.sid !== sid)
    report.conclude('TAMPERED', 'The file is that of another session.');
  else compare(report, logged);
  return report;
}

function unknown(report: Report): void {
  if (report.status === 'TAMPERED' || report.status === 'MISSING' || report.status === 'OPEN') return;
  if (report.notes > 0) report.conclude('TAMPERED', 'The log does not know this session.');
  else report.conclude('UNVERIFIABLE', 'The recording is not signed, and the log does not know it.');
}

function compare(report: Report, logged: LoggedSession): void {
  if (report.status === 'MISSING') missing(report, logged);
  else if (report.status !== 'TAMPERED') {
    const wrong = difference(report, logged);
    if (wrong !== null) report.conclude(wrong.status, wrong.reason);
    compareTimes(report, 'begins', report.times.startedUs, logged.openedUs);
    compareTimes(report, 'ends', report.times.endedUs, logged.endedUs);
  }
}

/**
 * A session comes into the log within seconds. No more than a doubt: a clock that was set in these
 * seconds, or a sealer that was away, does the same; what was completed after a crash comes later.
 */
function compareTimes(report: Report, what: string, us: number | null, loggedUs: number | null): void {
  if (us === null || loggedUs === null) return;
  const isAhead = us > loggedUs + BRACKET_US;
  const isBehind = us < loggedUs - BRACKET_US && !report.recovered;
  if (!isAhead && !isBehind) return;
  const [said, came] = [us, loggedUs].map((each) => new Date(each / 1000).toISOString());
  report.doubt(`It says that it ${what} at ${said}; the log has that at ${came}.`);
}

function missing(report: Report, logged: LoggedSession): void {
  report.sid = logged.sid;
  if (logged.purged === '')
    report.conclude('PURGED', 'The recording was deleted by the rules; the log says so.');
  else if (logged.purged !== null)
    report.conclude('TAMPERED', `The recording was deleted against the rules: ${logged.purged}.`);
  else report.conclude('MISSING', `The log has this session as entry ${logged.index}, and there is no file.`);
}

/** What a recording that holds by itself lacks beside the log; null if nothing. */
interface Difference {
  readonly status: Report['status'];
  readonly reason: string;
}

function difference(report: Report, logged: LoggedSession): Difference | null {
  const [header, ...notes] = report.links;
  if (header === undefined) return truncated();
  if (header !== logged.header) return tampered('The header is not the one that the log names.');
  if (report.status === 'TRUNCATED' || report.status === 'OPEN' || report.status === 'CRASH-TAIL') {
    if (isShort(report, logged, notes.length)) return truncated();
  } else if (notes.length < logged.notes)
    return tampered('The log has notes over this session that the file has not.');
  else if (!logged.ended) return tampered('The log has no end of this session.');
  if (logged.notes > 0 && notes.length >= logged.notes && notes[logged.notes - 1] !== logged.lastNote)
    return tampered('A note of the file is not the one that the log has.');
  if (logged.ended && notes.length > logged.notes)
    return tampered('The file goes on behind the end that the log has.');
  if (logged.ended && report.records < logged.acknowledged) return truncated();
  const removed = report.redactions.find(({ segment }) => !logged.redacted.includes(segment));
  if (removed === undefined) return null;
  return tampered(`Records of segment ${removed.segment} were removed, and the log does not say so.`);
}

/** After a crash one note may be in the log alone; all that it is over was in the file before. */
function isShort(report: Report, logged: LoggedSession, notes: number): boolean {
  const lacksEnd = logged.ended && report.digest === '';
  return lacksEnd || notes < logged.notes - 1 || report.records < logged.signed;
}

function tampered(reason: string): Difference {
  return { status: 'TAMPERED', reason };
}

function truncated(): Difference {
  return { status: 'TRUNCATED', reason: 'The log has more of this session than the file.' };
}

/** What is to be verified where everything is. */
export interface Expected {
  readonly sid: string;
  readonly path: string;
}

/** The sessions that a log has, oldest first, with the paths of their recordings. */
export function* expectedIn(directory: string, view: LogView): Generator<Expected> {
  for (const { sid } of view.sessions.values()) yield { sid, path: recordingPath(directory, sid) };
}

/** A report for each session that was begun and never came into the log: a hole among the ordinals of its run. */
export function holesIn(directory: string, view: LogView): Verification[] {
  return [...view.runs.values()].flatMap((run) =>
    missingOrdinals(run, view.lastUs).map((ordinal) => {
      const report = new Report(join(directory, `${run.boot}-${ordinal}`));
      report.conclude('MISSING', `Session number ${ordinal} of the run ${run.boot} is not in the log.`);
      return report;
    }),
  );
}

function missingOrdinals({ ordinals, sessions }: LoggedRun, lastUs: number): number[] {
  let last = sessions ?? -1;
  // While a run goes on, a session may come into the log after a later one.
  if (sessions === null)
    for (const [ordinal, timeUs] of ordinals)
      if (timeUs < lastUs - OVERTAKEN_US) last = Math.max(last, ordinal);
  const holes: number[] = [];
  for (let ordinal = 0; ordinal < last; ordinal++) if (!ordinals.has(ordinal)) holes.push(ordinal);
  return holes;
}
