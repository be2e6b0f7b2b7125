import { PangateError } from '../base/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30d`, `12h`, `90m` from now, or a time, as RFC 3339. Throws `argument-invalid`. */
export function parseExpiry(text: string, nowMs: number): string {
  const match = /^([0-9]{1,5})([mhd])$/.exec(text);
  const at = match ? nowMs + Number(match[1]) * UNIT_MS[match[2]!]! : parseTime(text);
  if (Number.isFinite(at) && at > nowMs) return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  throw new PangateError(
    'argument-invalid',
    `--expires ${text} is not a time to come`,
    'Write 30d, 12h, 90m, or a time such as 2030-01-31T12:00:00Z.',
  );
}

function parseTime(text: string): number {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
}
