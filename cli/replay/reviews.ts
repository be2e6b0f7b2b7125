/**
 * Which sessions have been reviewed (PCI DSS 10.4.1, 10.4.3), as the log over all sessions has it. A review
 * is an entry; there is no other state.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { FACT } from '../../base/recording.ts';
import { LOG_FOLDER, LogEntries, type LoggedEntry } from '../../recorder/index.ts';
import { type SessionInfo, textIn } from './session.ts';

/** What the log has of a session. */
export interface Review {
  /** `exception`: something is to be done, under `ticket`. */
  readonly outcome: 'done' | 'exception';
  readonly who: string;
  readonly atUs: number;
  readonly note: string;
  readonly ticket: string;
  /** Of the session when it was reviewed: more may have come. */
  readonly records: number;
}

const TYPES: ReadonlySet<string> = new Set(['review', 'view', 'export']);

/** The last review of each session, and the sessions that were looked at in an emergency after it. */
export class Reviews {
  readonly #last = new Map<string, Review>();
  readonly #emergencies = new Set<string>();

  /** Throws `record-failed` for an archive without a log. */
  constructor(directory: string) {
    const folder = join(directory, LOG_FOLDER);
    if (!existsSync(join(folder, 'checkpoint')))
      throw new PangateError(
        'record-failed',
        'this archive keeps no log: a review has no place to stand',
        'Set record.log, and record anew.',
      );
    for (const entry of new LogEntries(folder, 'checkpoint').ofTypes(TYPES)) this.#take(entry);
  }

  /** Null for a session that nobody has reviewed. */
  of(sid: string): Review | null {
    return this.#last.get(sid) ?? null;
  }

  /** Nothing is left to look at. */
  isDone({ sid, records }: SessionInfo): boolean {
    const last = this.#last.get(sid);
    return last?.outcome === 'done' && last.records >= records && !this.#emergencies.has(sid);
  }

  /** Why a session is to be looked at; empty for one in which nothing of note happened. */
  reasons(info: SessionInfo): string[] {
    const reasons = NOTABLE.filter(([, is]) => is(info)).map(([name]) => name);
    if (this.#emergencies.has(info.sid)) reasons.push('break-glass');
    const last = this.#last.get(info.sid);
    if (last !== undefined && last.records < info.records) reasons.push('more since its review');
    return reasons;
  }

  #take(entry: LoggedEntry): void {
    const sid = textIn(entry, 'sid');
    if (entry.type !== 'review') {
      if (entry['break_glass'] !== undefined) this.#emergencies.add(sid);
      return;
    }
    this.#emergencies.delete(sid);
    this.#last.set(sid, {
      outcome: entry['outcome'] === 'done' ? 'done' : 'exception',
      who: textIn(entry, 'who'),
      atUs: entry.time_us,
      note: textIn(entry, 'note'),
      ticket: textIn(entry, 'ticket'),
      records: Number(entry['records'] ?? 0),
    });
  }
}

const kind =
  (bits: number) =>
  ({ kinds }: SessionInfo): boolean =>
    (kinds & bits) !== 0;
/** Security events first, then access to card data, then what could not be recorded well. */
const NOTABLE: readonly (readonly [string, (info: SessionInfo) => boolean])[] = [
  ['login refused', ({ result }) => result === 'failure'],
  ['alert', kind(FACT.alert)],
  ['denied', kind(FACT.deny)],
  ['approval', kind(FACT.approval)],
  ['card data', ({ masked }) => masked > 0],
  ['files', kind(FACT.fileTransfer)],
  ['copy', kind(FACT.copyIn | FACT.copyOut)],
  ['errors', ({ errors }) => errors > 0],
  ['gap', kind(FACT.gap)],
  ['cut off', ({ state }) => state === 'recovered'],
];
