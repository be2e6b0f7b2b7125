import { type Bytes, keep } from '../base/bytes.ts';
import { codeAt, hexCodeAt, OPEN, valueOfCode } from '../base/character.ts';
import type { Finding } from '../base/finding.ts';
import { writeCharacter } from '../base/spelling.ts';

/**
 * The digits of a finding, however they are spelled, and ways to write over them in the same
 * spelling: `%34` becomes `%2a`, `\u0034` becomes `\u002a`, `34` in hexadecimal text `2a`, a digit
 * of binary coded decimal `F`, its own filler.
 */
export interface Digits {
  /** Offset of each digit's character. */
  readonly offsets: readonly number[];
  /** Bytes of each digit's character. */
  readonly lengths: readonly number[];
  readonly values: readonly number[];
}

type Spelling = Finding['spelling'];

const ASTERISK = 0x2a;
const FILLER = 0x46;
const ZERO = 0x30;
const SPACE = 0x20;
const DASH = 0x2d;

/** The digits in `span`, which is all of a finding. */
export function digitsOf(span: Bytes, spelling: Spelling): Digits {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < span.length; ) {
    const code = spelling === 'hex' ? hexCodeAt(span, at) : codeAt(span, at);
    const length = code === OPEN ? 1 : code & 31;
    const value = code === OPEN ? -1 : valueOfCode(code >> 5);
    if (value >= 0 && value < 10) {
      offsets.push(at);
      lengths.push(length);
      values.push(value);
    }
    at += length;
  }
  return { offsets, lengths, values };
}

/** Writes an asterisk over the `i`-th digit, or what stands for one. */
export function writeMask(span: Bytes, { offsets, lengths }: Digits, i: number, spelling: Spelling): void {
  if (spelling === 'bcd') span[offsets[i]!] = FILLER;
  else write(span, offsets[i]!, lengths[i]!, ASTERISK, spelling);
}

/** Writes another digit over the `i`-th. */
export function writeDigit(
  span: Bytes,
  { offsets, lengths }: Digits,
  i: number,
  digit: number,
  spelling: Spelling,
): void {
  write(span, offsets[i]!, lengths[i]!, ZERO + digit, spelling);
}

function write(span: Bytes, at: number, length: number, code: number, spelling: Spelling): void {
  if (spelling === 'hex') {
    span[at] = 0x30 + (code >> 4);
    span[at + 1] = code === ASTERISK ? 0x61 : code;
  } else writeCharacter(span, at, length, code);
}

/** How many digits stay at either end. */
interface Kept {
  readonly first: number;
  readonly last: number;
}

/** Says which of so many digits stay. */
export type Keeping = (count: number) => Kept;

/** No digit stays. */
export const none: Keeping = () => ({ first: 0, last: 0 });

/** The digits to hide: all of them where fewer than two would be hidden otherwise. */
export function hiddenOf(count: number, keeping: Keeping): { readonly from: number; readonly to: number } {
  const { first, last } = keeping(count);
  return first + last + 2 > count ? { from: 0, to: count } : { from: first, to: count - last };
}

/** A copy of `span` in which every digit but the kept ones is masked. */
export function starred(span: Bytes, keeping: Keeping, spelling: Spelling): Bytes {
  const masked = keep(span);
  const digits = digitsOf(span, spelling);
  const { from, to } = hiddenOf(digits.values.length, keeping);
  for (let i = from; i < to; i++) writeMask(masked, digits, i, spelling);
  return masked;
}

/** How many ASCII digits stand in [from, to), with spaces and dashes or nothing between; 0 if there is anything else. */
export function plainDigits(text: Bytes, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const byte = text[i]!;
    if (byte >= 0x30 && byte <= 0x39) count++;
    else if (byte !== SPACE && byte !== DASH) return 0;
  }
  return count;
}

/** As `starred`, in place, where `plainDigits` counts so many. */
export function starPlain(text: Bytes, from: number, to: number, count: number, keeping: Keeping): void {
  const hidden = hiddenOf(count, keeping);
  for (let at = from, i = 0; i < hidden.to && at < to; at++) {
    const byte = text[at]!;
    if (byte < 0x30 || byte > 0x39) continue;
    if (i >= hidden.from) text[at] = ASTERISK;
    i++;
  }
}

/**
 * A copy of a number with zeros, one of them a one if need be, for the digits that are not kept:
 * as many digits, the first no zero unless it was one, and no valid check digit (ISO/IEC 7812-1
 * Annex B). It fits into eight bytes if the number did.
 */
export function zeroed(span: Bytes, keeping: Keeping): Bytes {
  const masked = keep(span);
  const digits = digitsOf(span, undefined);
  const { from, to } = hiddenOf(digits.values.length, keeping);
  const values = [...digits.values];
  for (let i = from; i < to; i++) values[i] = i === 0 && values[0] !== 0 ? 1 : 0;
  if (to > from && passes(values)) values[to - 1] = 1 - values[to - 1]!;
  for (let i = from; i < to; i++) writeDigit(masked, digits, i, values[i]!, undefined);
  return masked;
}

/** A copy of `span` of which nothing is left: digits as in `starred`, an asterisk for each other byte. */
export function blackened(span: Bytes, spelling: Spelling): Bytes {
  const masked = keep(span);
  if (spelling === 'bcd') return masked.fill(FILLER);
  for (let at = 0; at < span.length; ) {
    const code = spelling === 'hex' ? hexCodeAt(span, at) : codeAt(span, at);
    const length = code === OPEN ? 1 : code & 31;
    if (code !== OPEN && length > 1 && !isNamed(span, at)) write(masked, at, length, ASTERISK, spelling);
    else masked.fill(ASTERISK, at, at + length);
    at += length;
  }
  return masked;
}

/** A reference by name, or a control sequence: there is no such spelling of an asterisk. */
function isNamed(span: Bytes, at: number): boolean {
  return span[at] === 0x1b || (span[at] === 0x26 && span[at + 1] !== 0x23);
}

/** The check digit of ISO/IEC 7812-1 Annex B (Luhn) is valid. */
export function passes(values: readonly number[]): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const doubled = values[values.length - 1 - i]! * (1 + (i % 2));
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
