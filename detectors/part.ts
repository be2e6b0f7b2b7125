import type { Bytes } from '../base/bytes.ts';
import { partBytesMax } from './kernels/twin.ts';

/**
 * The name of a part of a multipart form (RFC 7578, 4.2), whose value follows an empty line:
 * `Content-Disposition: form-data; name="cvv"`. Line breaks and quotes may be escaped, as where a
 * log holds the form's text in a string. Read backwards from the value.
 */
export interface PartName {
  readonly from: number;
  readonly to: number;
}

const FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const BRACKET = 0x5d;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const ATTRIBUTE = 'name';

/** A line break, as it is or as `\n`, ends right before `at`. */
export function followsBreak(bytes: Bytes, at: number): boolean {
  return at > 0 && (bytes[at - 1] === FEED || (bytes[at - 1] === LETTER_N && bytes[at - 2] === BACKSLASH));
}

/** The innermost name of the part whose value starts at `at`; null if it is the value of none. */
export function partBefore(bytes: Bytes, at: number, lowest: number): PartName | null {
  const floor = Math.max(lowest, at - partBytesMax - ATTRIBUTE.length);
  const line = breakFrom(bytes, breakFrom(bytes, at, floor), floor);
  if (line <= floor || bytes[line - 1] !== QUOTE || !followsBreak(bytes, at)) return null;
  let to = line - 1;
  while (to > floor && (bytes[to - 1] === BACKSLASH || bytes[to - 1] === BRACKET)) to--;
  let from = to;
  while (from > floor && isName(bytes[from - 1]!)) from--;
  return followsAttribute(bytes, from, at, floor) ? { from, to } : null;
}

/** Where the line break begins that ends at `at`; 0 if none does. */
function breakFrom(bytes: Bytes, at: number, floor: number): number {
  const feed = controlFrom(bytes, at, floor, FEED, LETTER_N);
  return feed === at ? 0 : controlFrom(bytes, feed, floor, RETURN, LETTER_R);
}

/** Where a control character begins, as it is or as a letter behind backslashes; `at` if it is not there. */
function controlFrom(bytes: Bytes, at: number, floor: number, code: number, letter: number): number {
  if (at <= floor) return at;
  if (bytes[at - 1] === code) return at - 1;
  if (bytes[at - 1] !== letter || at - 2 < floor || bytes[at - 2] !== BACKSLASH) return at;
  let from = at - 2;
  while (from > floor && bytes[from - 1] === BACKSLASH) from--;
  return from;
}

/** `name="` stands before `from`, or `name="card[`; its assigner near enough before `at`. */
function followsAttribute(bytes: Bytes, from: number, at: number, floor: number): boolean {
  let start = from;
  while (start > floor && bytes[start - 1] !== EQUALS) start--;
  const attribute = start - 1 - ATTRIBUTE.length;
  if (attribute < floor || at - start + 1 >= partBytesMax || bytes[start + escapes(bytes, start)] !== QUOTE)
    return false;
  for (let i = 0; i < ATTRIBUTE.length; i++)
    if ((bytes[attribute + i]! | 0x20) !== ATTRIBUTE.charCodeAt(i)) return false;
  return true;
}

/** Backslashes from `at` on. */
function escapes(bytes: Bytes, at: number): number {
  let count = 0;
  while (bytes[at + count] === BACKSLASH) count++;
  return count;
}

function isName(byte: number): boolean {
  const letter = byte | 0x20;
  const named = (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
  return named || byte === 0x5f || byte === 0x2d || byte === 0x2e;
}
