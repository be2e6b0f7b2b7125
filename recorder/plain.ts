/** Decoding of plain msgpack that has passed the walk of value.ts; and session ids. */
import { randomBytes } from 'node:crypto';
import { Unpackr } from 'msgpackr';
import type { Bytes } from '../base/bytes.ts';
import { valueEnd } from './value.ts';

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'auto' } as object);

/** The one value that fills `bytes` exactly; undefined if there is none. Owned. */
export function decodePlain(bytes: Bytes): unknown {
  if (bytes.length === 0 || valueEnd(bytes, 0, bytes.length) !== bytes.length) return undefined;
  try {
    return unpackr.decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}

/** The one map that fills `bytes` exactly; null if there is none. */
export function decodeMap(bytes: Bytes): Record<string, unknown> | null {
  const value = decodePlain(bytes);
  const isMap =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  return isMap ? (value as Record<string, unknown>) : null;
}

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new session id: 10 characters of wall milliseconds, 16 of 80 random bits. Sorts by time. */
export function newSid(wallUs: number): string {
  let sid = '';
  for (let i = 0, rest = Math.floor(wallUs / 1000); i < 10; i++, rest = Math.floor(rest / 32)) {
    sid = ALPHABET[rest % 32] + sid;
  }
  for (const byte of randomBytes(16)) sid += ALPHABET[byte & 31];
  return sid;
}

/** Wall milliseconds that a session id begins with. */
export function sidMs(sid: string): number {
  let ms = 0;
  for (const digit of sid.slice(0, 10)) ms = ms * 32 + ALPHABET.indexOf(digit);
  return ms;
}

/** True for a text that has the form of a session id. */
export function isSid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}
