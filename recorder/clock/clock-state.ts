/**
 * Whether the machine's clock is synchronised (PCI DSS 10.6), as those say who keep it: chrony, ntpd,
 * systemd-timesyncd, or the kernel by way of timedatectl or adjtimex. Node has no call for it.
 */
import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

/** What is known of the clock. */
export interface ClockState {
  /** Null where nobody can be asked, as in most containers. */
  readonly synced: boolean | null;
  /** Who said so; empty where nobody did. */
  readonly source: string;
  /** How far it may be off, microseconds; null where that is not said. */
  readonly errorUs: number | null;
}

export const CLOCK_UNKNOWN: ClockState = { synced: null, source: '', errorUs: null };

/** Where to look. */
export interface ClockPlaces {
  /** The commands' folders, as in PATH. */
  readonly path?: string;
  /** systemd-timesyncd's own folder. */
  readonly timesync?: string;
}

const TIMESYNC_FOLDER = '/run/systemd/timesync';
/** It touches its file each time, 2,048 s apart at most; three times unheard is no yes any more. */
const TIMESYNC_MS_MAX = 3 * 2_048_000;
const COMMAND_MS = 2000;
const OUTPUT_BYTES_MAX = 65_536;

type Answer = Omit<ClockState, 'source'> | null;

/** Commands by the name of who is asked, who knows most first; each reads what it printed. */
const COMMANDS: readonly { source: string; words: readonly string[]; read: (text: string) => Answer }[] = [
  { source: 'chrony', words: ['chronyc', '-n', '-c', 'tracking'], read: readChrony },
  { source: 'ntpd', words: ['ntpq', '-c', 'rv'], read: readNtpq },
  {
    source: 'timedatectl',
    words: ['timedatectl', 'show', '-p', 'NTPSynchronized', '--value'],
    read: readTimedatectl,
  },
  { source: 'adjtimex', words: ['adjtimex', '-p'], read: readAdjtimex },
];

/** The first who says yes; else the first who says no. Never rejects; some seconds at most. */
export async function readClockState(places: ClockPlaces = {}): Promise<ClockState> {
  const folder = places.timesync ?? TIMESYNC_FOLDER;
  if (isTouched(`${folder}/synchronized`)) return { synced: true, source: 'timesyncd', errorUs: null };
  let first = existsSync(folder) ? { synced: false, source: 'timesyncd', errorUs: null } : CLOCK_UNKNOWN;
  for (const { source, words, read } of COMMANDS) {
    const text = await output(words, places.path);
    const answer = text === null ? null : read(text);
    if (answer?.synced) return { ...answer, source };
    if (answer !== null && first.synced === null) first = { ...answer, source };
  }
  return first;
}

function isTouched(path: string): boolean {
  const touched = statSync(path, { throwIfNoEntry: false });
  return touched !== undefined && Math.abs(Date.now() - touched.mtimeMs) <= TIMESYNC_MS_MAX;
}

/** What a command printed; null where it is not there, fails or does not end. */
function output([command, ...words]: readonly string[], path = process.env['PATH']): Promise<string | null> {
  const env = { PATH: path ?? '', LC_ALL: 'C' };
  const options = { env, timeout: COMMAND_MS, maxBuffer: OUTPUT_BYTES_MAX, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(command!, words, options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}

const microseconds = (seconds: number): number | null =>
  Number.isFinite(seconds) ? Math.ceil(Math.abs(seconds) * 1_000_000) : null;

/** One line of 14 values; the error bound is that of RFC 5905: offset, dispersion and half the delay. */
function readChrony(text: string): Answer {
  const values = text.trim().split(',');
  const leap = values[13];
  if (values.length !== 14 || leap === undefined) return null;
  if (leap === 'Not synchronised') return { synced: false, errorUs: null };
  const [offset, delay, dispersion] = [4, 10, 11].map((i) => Math.abs(Number(values[i])));
  return { synced: true, errorUs: microseconds(offset! + dispersion! + delay! / 2) };
}

/** `name=value` with commas between; offsets in milliseconds. */
function readNtpq(text: string): Answer {
  const leap = /\bleap_(none|add_sec|del_sec|alarm)\b/.exec(text)?.[1];
  if (leap === undefined) return null;
  if (leap === 'alarm' || /\bsync_unspec\b/.test(text)) return { synced: false, errorUs: null };
  const value = (name: string): number =>
    Math.abs(Number(new RegExp(`\\b${name}=([-+]?[\\d.]+)`).exec(text)?.[1] ?? Number.NaN));
  return {
    synced: true,
    errorUs: microseconds((value('offset') + value('rootdisp') + value('rootdelay') / 2) / 1000),
  };
}

function readTimedatectl(text: string): Answer {
  const word = text.trim();
  return word === 'yes' || word === 'no' ? { synced: word === 'yes', errorUs: null } : null;
}

/** STA_UNSYNC of <sys/timex.h>. */
const UNSYNCED_BIT = 0x40;

function readAdjtimex(text: string): Answer {
  const value = (name: string): number =>
    Number(new RegExp(`^\\s*${name}:\\s*(\\d+)\\s*$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const status = value('status');
  if (Number.isNaN(status)) return null;
  if ((status & UNSYNCED_BIT) !== 0) return { synced: false, errorUs: null };
  return { synced: true, errorUs: microseconds(value('maxerror') / 1_000_000) };
}
