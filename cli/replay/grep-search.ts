/**
 * Looks through one recording. Segments that hold no terminal output and not the needle's bytes
 * are not decoded; terminal output is rendered, since what was seen is not what was sent.
 */
import { PangateError } from '../../base/errors.ts';
import { FACT } from '../../base/recording.ts';
import { decodeRecords, type RecordRead } from '../../recorder/index.ts';
import type { Checked } from './reading.ts';
import { safeLine, safeText } from './safe-text.ts';
import { ScreenSearch } from './screen-search.ts';
import { listOf, textIn } from './session.ts';

/** A place where the text was found. */
export interface Hit {
  readonly seq: number;
  readonly atUs: number;
  readonly where: 'screen' | 'statement' | 'result' | 'request';
  /** The line, statement or cell, safe for a terminal. */
  readonly text: string;
}

/** What is looked for. */
export interface Needle {
  readonly matches: (text: string) => boolean;
  /** True where content may hold it; always true for expressions. */
  readonly mayBeIn: (content: Buffer) => boolean;
  /** The bytes that are looked for; null for what is not plain ASCII. */
  readonly bytes: Buffer | null;
  /** Capital or not. */
  readonly isFolded: boolean;
  /** A character that every line with it holds, the rarest of it; -1 if there is none. */
  readonly unit: number;
}

const KINDS_OF_TERMINALS: number = FACT.terminal;
/** Characters of context around a hit in a long text. */
const AROUND = 200;

/** Throws `argument-invalid` for a regular expression that is none. */
export function needleOf(
  text: string,
  options: { readonly expression?: boolean; readonly ignoreCase?: boolean },
): Needle {
  if (options.expression) {
    const expression = expressionOf(text, options.ignoreCase ?? false);
    return { matches: (each) => expression.test(each), mayBeIn: () => true, ...NO_BYTES };
  }
  const isAscii = /^[\x20-\x7e]+$/.test(text);
  if (!options.ignoreCase) {
    const bytes = Buffer.from(text);
    const known = isAscii ? { bytes, isFolded: false, unit: rarest(text) } : NO_BYTES;
    return {
      matches: (each) => each.includes(text),
      mayBeIn: (content) => content.includes(bytes),
      ...known,
    };
  }
  const small = text.toLowerCase();
  const unit = rarest(text.replace(/[a-z]/gi, ''));
  const known = isAscii ? { bytes: Buffer.from(small), isFolded: true, unit } : NO_BYTES;
  return {
    matches: (each) => each.toLowerCase().includes(small),
    mayBeIn: (content) => !isAscii || content.toString('latin1').toLowerCase().includes(small),
    ...known,
  };
}

const NO_BYTES = { bytes: null, isFolded: false, unit: -1 };
/** Characters of logs and shells, the most frequent first. */
const FREQUENT = ' etaoinsrlhdcumpfgywb/.-0123456789:vkxjqz';

/** The character of a text that other lines are least likely to hold; -1 for an empty one. */
function rarest(text: string): number {
  const rank = (character: string): number => (FREQUENT.indexOf(character) + 100) % 100;
  const [first] = [...text].sort((one, other) => rank(other) - rank(one));
  return first === undefined ? -1 : first.charCodeAt(0);
}

function expressionOf(text: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(text, ignoreCase ? 'iu' : 'u');
  } catch {
    throw new PangateError(
      'argument-invalid',
      'the regular expression is not understood',
      'Quote it for the shell.',
    );
  }
}

/** All hits in order. `kinds`: where to look; null for everywhere. */
export async function* searchRecording(
  checked: Checked,
  needle: Needle,
  kinds: ReadonlySet<Hit['where']> | null,
): AsyncGenerator<Hit> {
  const wants = (where: Hit['where']): boolean => kinds === null || kinds.has(where);
  const screens = wants('screen') && (await hasTerminal(checked)) ? new ScreenSearch(needle) : null;
  for await (const raw of checked.recording.contents({
    depth: 'quick',
    ...(checked.onDamage ? { onDamage: checked.onDamage } : {}),
  })) {
    const content = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
    const mayHold = needle.mayBeIn(content);
    const onScreen = screens?.needs(raw) ?? false;
    if (!mayHold && !onScreen) continue;
    for (const record of decodeRecords(raw)) {
      if (isOfScreen(record)) {
        if (onScreen) yield* screens!.take(record);
      } else if (mayHold) yield* hitsIn(record, needle, wants);
    }
  }
  if (screens !== null) yield* screens.end();
}

/** What a terminal shows or takes; commands and files are no part of a screen. */
function isOfScreen({ type }: RecordRead): boolean {
  return type.length === 5 && type.startsWith('tty.');
}

async function hasTerminal({ recording }: Checked): Promise<boolean> {
  return ((await recording.outline()).kinds & KINDS_OF_TERMINALS) !== 0;
}

function* hitsIn(
  record: RecordRead,
  needle: Needle,
  wants: (where: Hit['where']) => boolean,
): Generator<Hit> {
  const where = whereOf(record.type);
  if (where === null || !wants(where)) return;
  for (const text of textsOf(record))
    if (needle.matches(text)) yield { seq: record.seq, atUs: record.dtUs, where, text: around(text, needle) };
}

function whereOf(type: string): Hit['where'] | null {
  if (type === 'sql.rows') return 'result';
  if (type.startsWith('sql.') || type.startsWith('tty.')) return 'statement';
  return type.startsWith('http.') ? 'request' : null;
}

/** The texts of a record that a person would read. */
function* textsOf({ type, data }: RecordRead): Generator<string> {
  if (type === 'sql.rows') {
    for (const row of listOf(data['rows']))
      for (const cell of Array.isArray(row) ? row : [row]) if (typeof cell === 'string') yield cell;
    return;
  }
  for (const name of ['text', 'msg', 'm', 'url', 'value', 'cmd', 'path', 'to', 'at'])
    if (typeof data[name] === 'string') yield data[name];
  for (const value of listOf(data['params'])) if (typeof value === 'string') yield value;
  for (const header of listOf(data['h'])) yield listOf(header).join(': ');
  const body = (data['body'] as { d?: unknown } | undefined)?.d ?? (type === 'http.ws' ? data['d'] : null);
  if (body instanceof Uint8Array) yield Buffer.from(body).toString('utf8');
  else if (type.startsWith('http.')) yield textIn({ body }, 'body');
}

/** A line of the text with the hit in it. */
function around(text: string, needle: Needle): string {
  if (text.length <= AROUND * 2) return safeLine(text);
  const line = text.split('\n').find((each) => needle.matches(each)) ?? text;
  for (let from = 0; from < line.length; from += AROUND) {
    const part = line.slice(Math.max(0, from - AROUND), from + AROUND);
    if (needle.matches(part)) return safeText(part);
  }
  return safeText(line.slice(0, AROUND * 2));
}
