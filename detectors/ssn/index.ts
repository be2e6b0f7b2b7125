import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { next } from '../anchors.ts';
import { DIGITS, isDigit, isWord } from '../ascii.ts';
import { keyBefore, phraseBefore, wordBefore } from '../key.ts';
import { remembered } from '../names.ts';
import { yielding } from '../yielding.ts';

/**
 * Social security numbers of the United States: area, group and serial as the SSA gives them out
 * (no 000, 666 or 900 to 999; no 00; no 0000), with dashes or blanks; without any only as the
 * value of a field that says so.
 */
export const ssn: Detector = yielding({
  kind: 'ssn',
  reachBytesMax: 14,
  leads: DIGITS,
  inside: false,
  next,
  judge,
  heeds: ({ name, kind }) => kind === 'cell' && namesSsn(name),
});

const NAME = /(?:^|[^a-z])(?:ssn|social ?security(?: ?(?:no|nr|num|number))?|ssn (?:no|nr|num|number))$/;

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
  if (at > 0 && (isWord(bytes[at - 1]!) || isJoint(bytes[at - 1]!))) return null;
  if (!isForm(bytes, at, Math.min(bytes.length, at + 12))) return null;
  if (bytes.length - at < 13 && !last) return 'undecided';
  const separator = bytes[at + 3]!;
  const to = at + (isDigit(separator) ? 9 : 11);
  if (to > bytes.length || (to < bytes.length && isTouched(bytes, to))) return null;
  if (!isGivenOut(bytes, at, to)) return null;
  if (!isDigit(separator)) return { kind: 'ssn', from: at, to, reason: 'ssn' };
  return namesSsn(nameOf(bytes, at, place)) ? { kind: 'ssn', from: at, to, reason: 'ssn-field' } : null;
}

const namesSsn = remembered((name) =>
  NAME.test(
    name
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replace(/[_-]/g, ' ')
      .toLowerCase(),
  ),
);

/** The field, the key or the words that the number stands under. */
function nameOf(bytes: Bytes, at: number, place: Place): string {
  if (place.kind === 'cell' && place.name !== '') return place.name;
  const key = keyBefore(bytes, at);
  return phraseBefore(bytes, key.name === '' ? wordBefore(bytes, at) : key, at);
}

/** So far it is nine digits, or three, two and four with one separator. */
function isForm(bytes: Bytes, at: number, end: number): boolean {
  const separator = at + 3 < end ? bytes[at + 3]! : 0;
  const spaced = separator === 0x2d || separator === 0x20;
  for (let i = 0; at + i < Math.min(end, at + (spaced ? 11 : 9)); i++) {
    const byte = bytes[at + i]!;
    if (spaced && (i === 3 || i === 6) ? byte !== separator : !isDigit(byte)) return false;
  }
  return true;
}

function isJoint(byte: number): boolean {
  return byte === 0x2d || byte === 0x2e || byte === 0x5f;
}

function isTouched(bytes: Bytes, to: number): boolean {
  const after = bytes[to + 1];
  return isWord(bytes[to]!) || (isJoint(bytes[to]!) && after !== undefined && isWord(after));
}

function isGivenOut(bytes: Bytes, from: number, to: number): boolean {
  let digits = '';
  for (let i = from; i < to; i++) if (isDigit(bytes[i]!)) digits += String.fromCharCode(bytes[i]!);
  return !/^(?:000|666|9)|^...00|0000$/.test(digits) && digits.length === 9;
}
