import type { Bytes } from '../base/bytes.ts';
import { contextBytesMax, type Finding, type Place } from '../base/finding.ts';

/** The spelling that a mask must keep to at a finding: anything, or a number's digits. */
export function formAt(text: Bytes, finding: Finding, place: Place): Place['form'] {
  if (place.form === 'number') return 'number';
  return isPlainDigits(text, finding) && isJsonNumber(text, finding) ? 'number' : 'verbatim';
}

function isPlainDigits(text: Bytes, finding: Finding): boolean {
  for (let i = finding.from; i < finding.to; i++) if (text[i]! < 0x30 || text[i]! > 0x39) return false;
  return true;
}

/** Unquoted after a quoted key and a colon, or in a list of numbers (RFC 8259 4 and 5). */
function isJsonNumber(text: Bytes, finding: Finding): boolean {
  const floor = Math.max(0, finding.from - contextBytesMax);
  let at = blanksBefore(text, finding.from, floor);
  if (text[at - 1] === 0x3a) {
    at = blanksBefore(text, at - 1, floor);
    return at > floor && text[at - 1] === 0x22;
  }
  while (at > floor && isListed(text[at - 1]!)) at--;
  return at > floor && text[at - 1] === 0x5b;
}

function blanksBefore(text: Bytes, at: number, floor: number): number {
  let position = at;
  while (position > floor && isBlank(text[position - 1]!)) position--;
  return position;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** What a list of numbers consists of. */
function isListed(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2c || byte === 0x2e || byte === 0x2d || isBlank(byte);
}
