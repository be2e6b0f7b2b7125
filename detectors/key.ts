import type { Bytes } from '../base/bytes.ts';
import { characterBefore, codeAt, hexNumber } from '../base/character.ts';
import { contextBytesMax } from '../base/finding.ts';
import { followsBreak, partBefore } from './part.ts';

/**
 * The key of a value in running text: `cvv=`, `"cvv": "`, `<cvv>`, `card[cvv]=`, `%3Ccvv%3E`,
 * `&lt;cvv&gt;`, `\"cvv\":\"`, `'cvv' => '`, a part of a form. Read backwards from the value, within the context
 * that every judgement may use.
 */
export interface Key {
  /** The key in its own spelling, the innermost name of a path; empty if the value has no key. */
  readonly name: string;
  /** Offset of the key's first byte. */
  readonly from: number;
}

const NAME_BYTES_MAX = 48;
/** Quotes and blanks from a key to its assigner, and from the assigner's first byte to the value. */
const GAP_BYTES_MAX = 24;

/** The key whose value starts at `at`; nothing before `floor` is looked at. */
export function keyBefore(bytes: Bytes, at: number, floor: number = Math.max(0, at - contextBytesMax)): Key {
  const near = Math.max(floor, at - GAP_BYTES_MAX);
  if (!mayFollowAssigner(bytes, at, near)) return partKey(bytes, at, floor);
  const afterAssigner = skip(bytes, skipData(bytes, at, near), near, isQuote);
  const assigner = assignerBefore(bytes, afterAssigner, near);
  if (assigner === afterAssigner) return { name: '', from: at };
  const behind = serializedFrom(bytes, assigner, floor);
  const to = skip(bytes, behind, Math.max(floor, behind - GAP_BYTES_MAX), isCloser);
  const from = skip(bytes, to, Math.max(floor, to - NAME_BYTES_MAX), isName);
  const start = afterEscape(bytes, from, to, floor);
  return { name: latin1(bytes, start, to), from: start };
}

/** Of a part of a form: most values follow no line break, and nothing is read for them. */
function partKey(bytes: Bytes, at: number, floor: number): Key {
  const part = followsBreak(bytes, at) ? partBefore(bytes, at, floor) : null;
  return part === null
    ? { name: '', from: at }
    : { name: latin1(bytes, part.from, part.to), from: part.from };
}

const SERIALIZED = /"(?=;(?:s:[34]|i)$)/;
const SERIALIZED_BYTES_MAX = 5;

/** The end of the key, its quote included, before a value that PHP has serialised: `"cvv";s:3:`; else `assigner`. */
function serializedFrom(bytes: Bytes, assigner: number, floor: number): number {
  const last = bytes[assigner - 1];
  if (last !== 0x33 && last !== 0x34 && last !== 0x69) return assigner;
  const from = Math.max(floor, assigner - SERIALIZED_BYTES_MAX);
  const match = SERIALIZED.exec(latin1(bytes, from, assigner));
  return match === null ? assigner : from + match.index + 1;
}

/** A look at the byte before quotes and blanks: most values have no key, and nothing is read for them. */
function mayFollowAssigner(bytes: Bytes, at: number, floor: number): boolean {
  let position = at;
  while (position > floor) {
    const last = bytes[position - 1]!;
    const quotes =
      last === 0x20 || last === 0x09 || last === 0x22 || last === 0x27 || last === 0x5c || last === 0x60;
    if (!quotes) break;
    position--;
  }
  if (position === floor) return false;
  const last = bytes[position - 1]!;
  if (last === 0x3d || last === 0x3a || last === 0x3e || last === 0x3b || last === 0x5b) return true;
  const lead = position - 3 >= floor ? bytes[position - 3]! : 0;
  return lead === 0x25 || lead === 0x78 || (position - 5 >= floor && bytes[position - 5] === 0x75);
}

/** The key and up to two words before it, each after a blank or a bracket: `Security Code`, `card[code]`. */
export function phraseBefore(bytes: Bytes, key: Key, at: number): string {
  const floor = Math.max(0, at - contextBytesMax);
  let words = key.name;
  let from = key.from;
  for (let i = 0; i < 2 && from > floor; i++) {
    const to = from - jointBefore(bytes, from, floor);
    if (to === from) break;
    from = skip(bytes, to, floor, isName);
    words = `${latin1(bytes, afterEscape(bytes, from, to, floor), to)} ${words}`;
  }
  return words;
}

/** Bytes of the blank or the opening bracket before `at`. */
function jointBefore(bytes: Bytes, at: number, floor: number): number {
  if (bytes[at - 1] === 0x20 || bytes[at - 1] === 0x5b) return 1;
  const spelled = escapeBefore(bytes, at, floor);
  return spelled >> 5 === 0x5b ? spelled & 31 : 0;
}

const LABEL_BYTES_MAX = 80;
/** `name="cvv" type="text" value="`, `{"name":"cvv","value":"`, up to the key of the value. */
const LABEL =
  /\b(?:name|key|id|field|label)["'\\]*\s*[=:]\s*["'\\]*([\w.[\]-]{2,40})["'\\]*[\s,;]*(?:type="\w+"\s*)?["'\\]*$/i;

/** The name that stands beside a key that says only `value`; empty if there is none. */
export function labelBefore(bytes: Bytes, key: Key, at: number): string {
  const floor = Math.max(0, at - contextBytesMax, key.from - LABEL_BYTES_MAX);
  return LABEL.exec(latin1(bytes, floor, key.from))?.[1] ?? '';
}

/** The word that ends one blank before `at`; empty if there is none. */
export function wordBefore(bytes: Bytes, at: number): Key {
  const floor = Math.max(0, at - contextBytesMax);
  if (at <= floor || bytes[at - 1] !== 0x20) return { name: '', from: at };
  const to = skip(bytes, at - 1, Math.max(floor, at - GAP_BYTES_MAX), isCloser);
  const from = skip(bytes, to, Math.max(floor, to - NAME_BYTES_MAX), isName);
  return { name: latin1(bytes, from, to), from };
}

/** The object around a key, and the key that the object is the value of. */
export interface Parent {
  readonly name: string;
  /** Offset of the opening brace. */
  readonly open: number;
}

/** The JSON object around the key at `keyFrom` of the value at `at`; null if none opens near enough. */
export function parentKey(bytes: Bytes, keyFrom: number, at: number): Parent | null {
  const floor = Math.max(0, at - contextBytesMax);
  let depth = 0;
  for (let i = keyFrom - 1; i >= floor; i--) {
    if (bytes[i] === 0x7d) depth++;
    else if (bytes[i] === 0x7b && depth-- === 0) return { name: keyBefore(bytes, i, floor).name, open: i };
  }
  return null;
}

const CDATA = '<![CDATA[';

function skipData(bytes: Bytes, at: number, floor: number): number {
  return endsWith(bytes, at, floor, CDATA) ? at - CDATA.length : at;
}

/** Where one or more of `=`, `:`, `>`, `=>` in any spelling begin that end at `at`; `at` if none do. */
function assignerBefore(bytes: Bytes, at: number, floor: number): number {
  let position = at;
  for (let i = 0; i < 2; i++) {
    const next = oneAssigner(bytes, position, floor);
    if (next === position) break;
    position = next;
  }
  return position;
}

function oneAssigner(bytes: Bytes, at: number, floor: number): number {
  if (at <= floor) return at;
  const last = bytes[at - 1]!;
  if (last === 0x3d || last === 0x3a || last === 0x3e) return at - 1;
  const spelled = escapeBefore(bytes, at, floor);
  const code = spelled >> 5;
  return code === 0x3a || code === 0x3d || code === 0x3e ? at - (spelled & 31) : at;
}

type Skipper = (bytes: Bytes, at: number, floor: number) => number;

/** Steps back while `step` says that something to be skipped ends here. */
function skip(bytes: Bytes, at: number, floor: number, step: Skipper): number {
  let position = at;
  while (position > floor) {
    const length = step(bytes, position, floor);
    if (length === 0) break;
    position -= length;
  }
  return Math.max(position, floor);
}

/** Quotes, backslashes and blanks between an assigner and a value. */
function isQuote(bytes: Bytes, at: number, floor: number): number {
  if (isPlainQuote(bytes[at - 1]!)) return 1;
  const spelled = escapeBefore(bytes, at, floor);
  const code = spelled >> 5;
  return code === 0x22 || code === 0x27 || code === 0x20 ? spelled & 31 : 0;
}

/** What may close a key before its assigner: in no other spelling than the prefilter knows. */
function isCloser(bytes: Bytes, at: number, floor: number): number {
  const last = bytes[at - 1]!;
  if (last === 0x5d || last === 0x29 || last === 0x23) return 1;
  if (isPlainQuote(last)) return 1;
  const spelled = escapeBefore(bytes, at, floor);
  const code = spelled >> 5;
  if (bytes[at - 3] === 0x25) return code === 0x5d || isPlainQuote(code) ? spelled & 31 : 0;
  return code === 0x22 && (spelled & 31) === 6 ? 6 : 0;
}

/** A quote, a backslash or a blank. */
function isPlainQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x5c || code === 0x60 || code === 0x20 || code === 0x09;
}

function isName(bytes: Bytes, at: number): number {
  const last = bytes[at - 1]!;
  const letter = last | 0x20;
  const named = (letter >= 0x61 && letter <= 0x7a) || (last >= 0x30 && last <= 0x39);
  return named || last === 0x5f || last === 0x2d || last === 0x2e ? 1 : 0;
}

/** Leaves out the letters of an escape right before a name: `%3Ccvd`, `%5Bcvc`, `\u003ccvv`, `\ncvv`. */
function afterEscape(bytes: Bytes, from: number, to: number, floor: number): number {
  if (from <= floor || to - from < 2) return from;
  const lead = bytes[from - 1]!;
  if (lead === 0x25 && hexNumber(bytes, from, 2) >= 0) return from + 2;
  if (lead === 0x5c && bytes[from] === 0x75 && hexNumber(bytes, from + 1, 4) >= 0) return from + 5;
  const letter = bytes[from]!;
  const blank = letter === 0x6e || letter === 0x72 || letter === 0x74;
  return bytes[from - 1] === 0x5c && blank ? from + 1 : from;
}

/** The character that an escape right before `at` spells, packed as by `codeAt`; 0 if there is none. */
function escapeBefore(bytes: Bytes, at: number, floor: number): number {
  const length = characterBefore(bytes, at, floor) & 31;
  return length > 1 ? codeAt(bytes, at - length) : 0;
}

function endsWith(bytes: Bytes, at: number, floor: number, text: string): boolean {
  if (at - text.length < floor) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at - text.length + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes as a string, one character each. */
export function latin1(bytes: Bytes, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
