/**
 * What an R frame holds: a signed note (c2sp.org/signed-note) that says which records of the
 * segment behind it were removed, why, and by whose leave. docs/formats/pgr-v1.md, "Redaction".
 */
import { type Bytes, utf8 } from '../base/bytes.ts';
import { MAGIC, skippableFrame } from './frame.ts';
import { fromBase64, isNoteSignedBy, type Note, parseNote, type VerifierKey } from './log/note.ts';
import { isSid } from './plain.ts';

const FORM = 'pangate/redaction@v1';
/** Approvers that a redaction needs. */
export const APPROVERS_MIN = 2;
const REASON_MAX = 500;

/** What a redaction says. */
export interface Redaction {
  readonly sid: string;
  /** Number of the segment's seal. */
  readonly segment: number;
  /** SHA-256 of the data frame that was recorded, as the seal names it. */
  readonly sealed: Bytes;
  /** SHA-256 of the data frame that stands in its place. */
  readonly stored: Bytes;
  /** Numbers of the records that were removed, ascending. */
  readonly records: readonly number[];
  readonly wallUs: number;
  /** One line. */
  readonly reason: string;
}

/** A redaction with its signatures. */
export interface SignedRedaction extends Redaction {
  readonly note: Note;
}

/** The text that approvers sign. */
export function redactionText(redaction: Redaction): string {
  const { sid, segment, sealed, stored, records, wallUs, reason } = redaction;
  const lines = [
    FORM,
    sid,
    `segment ${segment}`,
    `sealed ${Buffer.from(sealed).toString('base64')}`,
    `stored ${Buffer.from(stored).toString('base64')}`,
    `records ${rangesOf(records)}`,
    `time ${wallUs}`,
    `reason ${reason}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The R frame of a signed note. */
export function redactionFrame(signed: string): Bytes {
  return skippableFrame(MAGIC.redaction, utf8(signed));
}

/** Null unless the body of a frame is a redaction in its one form. */
export function decodeRedaction(body: Bytes): SignedRedaction | null {
  const note = parseNote(body);
  const read = note === null ? null : readText(note.text);
  return note === null || read === null ? null : { ...read, note };
}

/** Null unless the text is a redaction in its one form. */
export function readText(text: string): Redaction | null {
  const [form, sid = '', segment, sealed, stored, records, time, reason, end, more] = text.split('\n');
  const read = {
    sid,
    segment: Number(wordBehind(segment, 'segment')),
    sealed: fromBase64(wordBehind(sealed, 'sealed')) ?? new Uint8Array(0),
    stored: fromBase64(wordBehind(stored, 'stored')) ?? new Uint8Array(0),
    records: numbersOf(wordBehind(records, 'records')),
    wallUs: Number(wordBehind(time, 'time')),
    reason: wordBehind(reason, 'reason'),
  };
  if (form !== FORM || end !== '' || more !== undefined || !isSid(sid)) return null;
  if (read.sealed.length !== 32 || read.stored.length !== 32 || read.records.length === 0) return null;
  return isReason(read.reason) && redactionText(read) === text ? read : null;
}

/** True for a reason that fits on its line. */
export function isReason(text: string): boolean {
  return text.length > 0 && text.length <= REASON_MAX && !/[\p{C}]/u.test(text);
}

/** Names of the approvers that signed, each of the keys once. */
export function approversOf({ note }: SignedRedaction, keys: readonly VerifierKey[]): readonly string[] {
  const different = new Map(keys.map((key) => [Buffer.from(key.publicKey).toString('hex'), key]));
  const names = [...different.values()].filter((key) => isNoteSignedBy(note, key)).map(({ name }) => name);
  return [...new Set(names)];
}

function wordBehind(line: string | undefined, name: string): string {
  return line?.startsWith(`${name} `) === true ? line.slice(name.length + 1) : '';
}

/** `3,5-7,9` for ascending numbers. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

const NUMBERS_MAX = 100_000;

/** The numbers of `3,5-7,9`; none for a text of another form. */
export function numbersOf(text: string): readonly number[] {
  const numbers: number[] = [];
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || to < from || to - from >= NUMBERS_MAX - numbers.length) return [];
    for (let number = from; number <= to; number++) numbers.push(number);
  }
  return numbers;
}
