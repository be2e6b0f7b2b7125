import type { Bytes } from '../base/bytes.ts';
import { codeAt } from '../base/character.ts';
import { FRAMED, FRAMED_AFTER, FRAMED_BEFORE } from '../base/finding.ts';
import { DIGITS, isDigit, LOWER, UPPER } from './ascii.ts';
import { ASSIGNER, classes, ESCAPE, GAP } from './kernels/classes.ts';
import { keyEnd } from './kernels/twin.ts';
import { latin1 } from './key.ts';
import { leads } from './sieve.ts';

/**
 * The prefilter of data other than card data, in one pass for all of it but e-mail addresses:
 * every finding holds, or follows, a byte that is rare in text (an assigner, `_`, `-`, `.`, `+`,
 * a digit) with its kin around. Only there a closer look is taken; most words are never looked at.
 */
const NONE = 0;
const NUMBER = 1;
const JOINT = 2;
const ASSIGNS = 3;
const ESCAPES = 4;
const SIGN = 5;
const OPENING = 6;
const CAPITAL = 7;

const kinds: Uint8Array = new Uint8Array(256);
describe(DIGITS, NUMBER);
describe('_-.', JOINT);
describe('=:>', ASSIGNS);
describe('%\\&', ESCAPES);
describe('+', SIGN);
describe('(', OPENING);
describe('IJ', CAPITAL);

function describe(characters: string, kind: number): void {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
}

/** Bytes of a token up to the joint that tells it, and of an IBAN's country. */
const HEAD_BYTES_MAX = 8;
/** From an assigner to its value; to credentials of HTTP behind a scheme; from a URL's colon to a password. */
const VALUE_BYTES_MAX = 24;
const SCHEME_BYTES_MAX = 60;
const USER_BYTES_MAX = 100;
const PASSWORD_BYTES_MAX = 128;
const DASH = 0x2d;
const SLASH = 0x2f;
const BLANK = 0x20;

/**
 * The first offset in [from, to) at which a credential, a telephone number, an IBAN or a social
 * security number could start; `to` if there is none.
 */
export function next(bytes: Bytes, from: number, to: number, framing: number = FRAMED): number {
  if (isValueAhead(bytes, from)) return from;
  for (let at = from; at < to; at++) {
    const kind = kinds[bytes[at]!]!;
    if (kind === NONE) continue;
    if (kind === NUMBER) {
      const end = runEnd(bytes, at, to);
      if (mayBeNumber(bytes, at, end, framing)) return Math.max(from, at - HEAD_BYTES_MAX);
      at = end - 1;
    } else if (tells(kind, bytes, at, framing)) return Math.max(from, at - HEAD_BYTES_MAX);
  }
  return to;
}

function tells(kind: number, bytes: Bytes, at: number, framing: number): boolean {
  switch (kind) {
    case JOINT:
      return isPem(bytes, at) || (mayEndHead(bytes, at) && endsHead(bytes, at, framing));
    case ASSIGNS:
      return mayAssign(bytes, at, VALUE_BYTES_MAX) || isUserAhead(bytes, at);
    case ESCAPES:
      return isSpelledAssigner(bytes, at) && mayAssign(bytes, at, VALUE_BYTES_MAX);
    case SIGN:
      return isInternational(bytes, at);
    case OPENING:
      return isParenthesized(bytes, at);
    default:
      return isCapitalHead(bytes, at);
  }
}

/** What stands before `from` may name or introduce what starts there or soon after. */
function isValueAhead(bytes: Bytes, from: number): boolean {
  for (let at = Math.max(0, from - USER_BYTES_MAX); at < from; at++) {
    const kind = kinds[bytes[at]!]!;
    if (kind !== ASSIGNS && kind !== ESCAPES) continue;
    if (kind === ESCAPES && !isSpelledAssigner(bytes, at)) continue;
    if (mayAssign(bytes, at, from - at) || isUserAhead(bytes, at)) return true;
  }
  return false;
}

/** The endings of names, three letters each, of secrets and of fields whose values begin with digits. */
const SECRET = 1;
const NUMERIC = 2;
const endings: Uint8Array = new Uint8Array(1 << 15);
for (const ending of ['ord', 'swd', 'ase', 'pwd', 'ret', 'key', 'ken', 'rer']) note(ending, SECRET);
for (const ending of ['one', 'tel', 'ile', 'ell', 'lar', 'fax', 'sdn', 'ndy', 'num', 'ber', 'ssn', 'ity'])
  note(ending, NUMERIC);
// `no` and `nr` behind any letter.
for (const letter of LOWER) for (const ending of ['no', 'nr']) note(letter + ending, NUMERIC);

function note(ending: string, sort: number): void {
  endings[indexOf(ending.charCodeAt(0), ending.charCodeAt(1), ending.charCodeAt(2))]! |= sort;
}

function indexOf(one: number, two: number, three: number): number {
  return ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);
}

/** Bytes of a name, and of the word before it, that are looked at for its last letters. */
const NAME_BYTES_MAX = 64;

const LETTER = 2;
/** What names and the joints of two words are made of: 2 for letters, 1 for others. */
const parts: Uint8Array = leads(`${DIGITS}_-. [`);
for (const letter of LOWER + UPPER) parts[letter.charCodeAt(0)] = LETTER;

/** The sort of names that the last three letters before `to` end, whatever else of a name stands between them. */
function sortBefore(bytes: Bytes, to: number): number {
  const floor = Math.max(0, to - NAME_BYTES_MAX);
  let index = 0;
  let letters = 0;
  for (let at = to - 1; at >= floor; at--) {
    const byte = bytes[at]!;
    const part = parts[byte]!;
    if (part === 0) break;
    if (part !== LETTER) continue;
    index |= (byte & 31) << (5 * letters);
    if (++letters === 3) return endings[index]!;
  }
  return 0;
}

const SCHEME_KEY = 'zation';

/** The assigner at `at` stands behind the name of what may start `distance` bytes on, or sooner. */
function mayAssign(bytes: Bytes, at: number, distance: number): boolean {
  if (distance > SCHEME_BYTES_MAX) return false;
  const end = keyEnd(bytes, at);
  if (distance <= VALUE_BYTES_MAX) {
    const sort = sortBefore(bytes, end);
    if (sort === SECRET || (sort === NUMERIC && mayBeginWithDigit(bytes, at))) return true;
  }
  return isSchemeKey(bytes, end);
}

function isSchemeKey(bytes: Bytes, end: number): boolean {
  if (end < SCHEME_KEY.length) return false;
  for (let i = 1; i <= SCHEME_KEY.length; i++)
    if ((bytes[end - i]! | 0x20) !== SCHEME_KEY.charCodeAt(SCHEME_KEY.length - i)) return false;
  return true;
}

/** What the assigner at `at` assigns begins with a digit, `+` or `(`, or with something that is not plain. */
function mayBeginWithDigit(bytes: Bytes, at: number): boolean {
  if (kinds[bytes[at]!] === ESCAPES) return true;
  const stop = Math.min(bytes.length, at + VALUE_BYTES_MAX + 1);
  let start = at + 1;
  while (start < stop && (classes[bytes[start]!]! & (GAP | ASSIGNER)) !== 0) start++;
  if (start === stop) return true;
  const byte = bytes[start]!;
  const kind = kinds[byte]!;
  if (kind === NUMBER || kind === SIGN || kind === OPENING || byte === 0x3c) return true;
  return (classes[byte]! & ESCAPE) !== 0 || (bytes[start - 1] === 0x5c && (byte === 0x75 || byte === 0x78));
}

function isSpelledAssigner(bytes: Bytes, at: number): boolean {
  const after = bytes[at + 1] ?? 0;
  const may = after === 0x33 || after === 0x5c || after === 0x75 || after === 0x78 || after === 0x23;
  if (!may && after !== 0x67) return false;
  const code = codeAt(bytes, at) >> 5;
  return code === 0x3d || code === 0x3a || code === 0x3e;
}

/** `://` at `at`, and a `@` so near behind it that a password may stand between. */
function isUserAhead(bytes: Bytes, at: number): boolean {
  if (bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH) return false;
  const stop = Math.min(bytes.length, at + USER_BYTES_MAX + PASSWORD_BYTES_MAX);
  for (let i = at + 3; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte === 0x40) return true;
    if (byte === SLASH || (byte < BLANK && byte !== 0x09)) return false;
  }
  return false;
}

/** The first of five dashes before a `B`. */
function isPem(bytes: Bytes, at: number): boolean {
  if (bytes[at] !== DASH || bytes[at + 1] !== DASH || bytes[at + 5] !== 0x42) return false;
  return bytes[at + 2] === DASH && bytes[at + 3] === DASH && bytes[at + 4] === DASH;
}

/** What tokens begin with up to their first `_`, `-` or `.`, by credential/forms.ts. */
const HEADS = [
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_', 'glpat-', 'sk_', 'rk_', 'sk-', 'SG.', 'npm_'],
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'whsec_', 'GOCSPX-', 'hf_', 'dop_'],
  ...['dckr_', 'pypi-', 'shpat_', 'shpca_', 'shppa_', 'shpss_', 'hvs.', 'sq0atp-', 'sq0csp-'],
] as const;
const HEAD = new RegExp(`(?:${HEADS.map((head) => head.replace('.', '\\.')).join('|')})$`);
const WHOLE_HEAD = new RegExp(`(?:^|[^A-Za-z0-9_.-])${HEAD.source}`);
const beforeJoint: Uint8Array = new Uint8Array(1 << 10);
for (const head of HEADS)
  beforeJoint[pairOf(head.charCodeAt(head.length - 3), head.charCodeAt(head.length - 2))] = 1;

function pairOf(one: number, two: number): number {
  return ((one & 31) << 5) | (two & 31);
}

function mayEndHead(bytes: Bytes, at: number): boolean {
  return at >= 2 && bytes[at - 1]! >= 0x41 && beforeJoint[pairOf(bytes[at - 2]!, bytes[at - 1]!)] === 1;
}

function endsHead(bytes: Bytes, at: number, framing: number): boolean {
  const text = latin1(bytes, Math.max(0, at - HEAD_BYTES_MAX), at + 1);
  return ((framing & FRAMED_BEFORE) !== 0 ? HEAD : WHOLE_HEAD).test(text);
}

/** `AKIA`, `ASIA` and `AIza` around an `I`, `eyJ` up to a `J`. */
function isCapitalHead(bytes: Bytes, at: number): boolean {
  if (at === 0) return false;
  const before = bytes[at - 1]!;
  if (bytes[at] === 0x4a) return before === 0x79 && bytes[at - 2] === 0x65;
  if (before === 0x41) return bytes[at + 1] === 0x7a && bytes[at + 2] === 0x61;
  return (before === 0x4b || before === 0x53) && bytes[at - 2] === 0x41 && bytes[at + 1] === 0x41;
}

function runEnd(bytes: Bytes, start: number, to: number): number {
  let end = start + 1;
  while (end < to && isDigit(bytes[end]!)) end++;
  return end;
}

/** The run of digits [start, end) is where an IBAN, a telephone or a social security number begins. */
function mayBeNumber(bytes: Bytes, start: number, end: number, framing: number): boolean {
  const length = end - start;
  const framed = (framing & FRAMED_BEFORE) !== 0;
  if (length >= 2 && start >= 2 && isUpper(bytes[start - 1]!) && isUpper(bytes[start - 2]!)) return true;
  if ((length === 3 || (framed && length > 3)) && isGrouped(bytes, end)) return true;
  if ((length === 1 || framed) && isNational(bytes, end)) return true;
  const nine = length === 9 || (length > 9 && (framing & FRAMED_AFTER) !== 0);
  return nine && bytes[start - 1] === BLANK && sortBefore(bytes, keyEnd(bytes, start)) === NUMERIC;
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function areDigits(bytes: Bytes, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (!isDigit(bytes[from + i] ?? 0)) return false;
  return true;
}

function separates(byte: number | undefined): boolean {
  return byte === DASH || byte === 0x2e || byte === BLANK;
}

/** Three digits end at `end`, before `-12-1234` or `-123-1234` with some separator. */
function isGrouped(bytes: Bytes, end: number): boolean {
  return (
    separates(bytes[end]) &&
    areDigits(bytes, end + 1, 2) &&
    (isSerial(bytes, end + 3) || isLine(bytes, end + 1))
  );
}

/** A separator and four digits. */
function isSerial(bytes: Bytes, at: number): boolean {
  return separates(bytes[at]) && areDigits(bytes, at + 1, 4);
}

/** Three digits, a separator and four. */
function isLine(bytes: Bytes, at: number): boolean {
  return areDigits(bytes, at, 3) && isSerial(bytes, at + 3);
}

/** A separator, then a national telephone number, behind the country code 1. */
function isNational(bytes: Bytes, end: number): boolean {
  if (!separates(bytes[end])) return false;
  if (bytes[end + 1] === 0x28) return isParenthesized(bytes, end + 1);
  return areDigits(bytes, end + 1, 3) && separates(bytes[end + 4]) && isLine(bytes, end + 5);
}

/** `(212) 555-0123` at `at`. */
function isParenthesized(bytes: Bytes, at: number): boolean {
  if (!areDigits(bytes, at + 1, 3) || bytes[at + 4] !== 0x29) return false;
  return isLine(bytes, bytes[at + 5] === BLANK ? at + 6 : at + 5);
}

const INTERNATIONAL_BYTES_MAX = 32;
const INTERNATIONAL_DIGITS_MIN = 8;

/** Behind the `+` at `at` stand as many digits as an international telephone number has. */
function isInternational(bytes: Bytes, at: number): boolean {
  let digits = 0;
  for (let i = at + 1; i < at + INTERNATIONAL_BYTES_MAX && i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (isDigit(byte)) digits++;
    else if (!separates(byte) && byte !== 0x28 && byte !== 0x29 && byte !== 0x2b) break;
  }
  return digits >= INTERNATIONAL_DIGITS_MIN;
}
