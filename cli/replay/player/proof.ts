/** What the verification says of a tape, and its clock, in lines. */
import { safeText } from '../safe-text.ts';
import type { Tape } from '../tape.ts';
import { showClock, showSpan } from '../time.ts';

const LISTED_MAX = 4;

/** For the box over the screen. */
export function proofLines({ verification, sid, startedUs, durationUs }: Tape): string[] {
  const { status, reason, records, seals, digest, trusted, damages } = verification;
  const ranges = trusted.slice(0, LISTED_MAX).map(({ fromSeq, toSeq }) => `${fromSeq} to ${toSeq}`);
  return [
    `${status}: ${safeText(reason)}`,
    '',
    `session      ${sid}`,
    `started      ${showClock(startedUs, true)} UTC, ${showSpan(durationUs)}`,
    `holds        ${records} records, ${seals} seals`,
    `trusted      ${ranges.join(', ') || 'nothing'}`,
    `fingerprint  ${digest || 'not complete'}`,
    ...damages.slice(0, LISTED_MAX).map(({ offset, why }) => `damage       byte ${offset}: ${safeText(why)}`),
  ];
}

/** `1:02:03.4`, `02:03.4`. */
export function clockText(us: number): string {
  const tenths = Math.floor(us / 100_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(tenths / 36_000);
  const rest = `${two(Math.floor(tenths / 600) % 60)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
