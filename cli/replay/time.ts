/** Times and spans as a command line writes them and a table shows them. */
import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `250ms`, `90s`, `15m`, `24h`, `7d`, `2w` in microseconds. Throws for anything else. */
export function parseSpan(text: string): number {
  const match = /^(\d{1,6})(ms|[smhdw])$/.exec(text);
  if (match) return Number(match[1]) * UNITS[match[2]!]! * 1_000_000;
  throw new InvalidArgumentError('Write a number and a unit: 90s, 15m, 24h, 7d, 2w.');
}

/** `2026-11-23`, `2026-11-23T12:00`, RFC 3339, in microseconds since 1970. Without a zone: local time. */
export function parseInstant(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(
    text,
  );
  const [, day, time = '00:00', zone = ''] = match ?? [];
  const ms = match ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  if (!Number.isNaN(ms)) return ms * 1000;
  throw new InvalidArgumentError(
    'Write a day or a time: 2026-11-23, 2026-11-23T12:00, 2026-11-23T12:00:00Z.',
  );
}

/** `2026-11-23 12:00:00.123`, in UTC or local time. */
export function showInstant(us: number, utc: boolean): string {
  const date = new Date(us / 1000);
  if (Number.isNaN(date.getTime())) return '?';
  const local = utc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('Z', '');
}

/** `12:00:00.123`. */
export function showClock(us: number, utc: boolean): string {
  return showInstant(us, utc).slice(11);
}

/** A span in the unit that suits it: `420 µs`, `1.2 ms`, `3.4 s`, `5m 06s`, `2h 05m`. */
export function showSpan(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 60_000_000) return `${(us / 1e6).toFixed(1)} s`;
  const minutes = Math.floor(us / 60_000_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes}m ${two(Math.floor(us / 1e6) % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}
