/**
 * The fields of ErrorResponse and NoticeResponse (documentation 54.8): any of them but the
 * SQLSTATE can carry data.
 */
import { zeroIn } from '../../base/binary.ts';
import { type Bytes, join, text } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { message } from './encode.ts';

const ZERO: Bytes = new Uint8Array(1);
const CODE = 0x43;

/** The whole message with each value masked on its own; the same bytes if they could be masked in place. */
export function maskFields(whole: Bytes, cleaner: Cleaner): Bytes {
  const parts: Bytes[] = [];
  let changed = false;
  let at = 5;
  while (at < whole.length && whole[at] !== 0) {
    const to = zeroIn(whole, at + 1, whole.length);
    if (to < 0) throw new PangateError('message-unknown', 'The server sent a malformed error or notice.');
    const value = whole.subarray(at + 1, to);
    const masked = cleaner.clean(value, ANYWHERE);
    changed ||= masked.length !== value.length || masked.byteOffset !== value.byteOffset;
    parts.push(whole.subarray(at, at + 1), masked, ZERO);
    at = to + 1;
  }
  return changed ? message(whole[0]!, join([...parts, ZERO])) : whole;
}

/** The value of one field of a whole message; empty if it is not there. */
export function fieldOf(whole: Bytes, code: number): string {
  return fieldIn(whole, 5, code);
}

/** The five characters of field C of a message's body: the one field that never holds data. */
export function sqlState(body: Bytes): string {
  return (
    fieldIn(body, 0, CODE)
      .replace(/[^0-9A-Z]/g, '')
      .slice(0, 5) || '?????'
  );
}

function fieldIn(bytes: Bytes, from: number, code: number): string {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) {
    const to = zeroIn(bytes, at + 1, bytes.length);
    if (to < 0) return '';
    if (bytes[at] === code) return text(bytes.subarray(at + 1, to));
    at = to + 1;
  }
  return '';
}
