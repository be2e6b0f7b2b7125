/**
 * Which sessions are meant: `user = alice and (masked > 0 or deny) and not stmt ~ "update"`.
 *
 *   expression = conjunction *( "or" conjunction )
 *   conjunction = negation *( [ "and" ] negation )
 *   negation = "not" negation / "(" expression ")" / test
 *   test = flag / field operator value
 */
import { PangateError } from '../../base/errors.ts';
import { FACT } from '../../base/recording.ts';
import type { SessionInfo } from './session.ts';
import { parseInstant, parseSpan } from './time.ts';

/** A session that is asked about. */
export interface Subject {
  readonly info: SessionInfo;
  /** Texts of its statements and requests, read when a test needs them. */
  readonly statements: () => AsyncIterable<string>;
}

/** True for the sessions that are meant. */
export type Predicate = (subject: Subject) => boolean | Promise<boolean>;

const WORDS_MAX = 200;
const WORD = /\s*(\(|\)|!=|>=|<=|=|~|>|<|"[^"]*"|'[^']*'|[^\s()=!~<>"']+)/y;
const OPERATORS = new Set(['=', '!=', '~', '>', '>=', '<', '<=']);

type TextField = (info: SessionInfo) => string;
const TEXTS: Readonly<Record<string, TextField>> = {
  user: (info) => info.user,
  group: (info) => info.groups.join(' '),
  target: (info) => info.target,
  proto: (info) => info.protocol,
  db: (info) => info.database,
  ip: (info) => info.client.replace(/:\d+$/, ''),
  app: (info) => info.application,
  node: (info) => info.node,
  sid: (info) => info.sid,
  state: (info) => info.state,
  why: (info) => info.why,
};
const NUMBERS: Readonly<Record<string, (info: SessionInfo) => number>> = {
  masked: (info) => info.masked,
  stmts: (info) => info.statements,
  errors: (info) => info.errors,
  records: (info) => info.records,
  bytes: (info) => info.bytes,
};
const FLAGS: Readonly<Record<string, (info: SessionInfo) => boolean>> = {
  masked: (info) => info.masked > 0,
  error: (info) => info.errors > 0 || info.result === 'failure',
  refused: (info) => info.result === 'failure',
  deny: kind(FACT.deny),
  approval: kind(FACT.approval),
  alert: kind(FACT.alert),
  gap: kind(FACT.gap),
  file: kind(FACT.fileTransfer),
  copy: kind(FACT.copyIn | FACT.copyOut),
  terminal: kind(FACT.terminal),
  open: (info) => info.state === 'unfinished',
  recovered: (info) => info.state === 'recovered',
};

/** For the help of `ls`. */
export const PREDICATE_HELP: string = `Text      ${Object.keys(TEXTS).join(' ')} stmt
          =  !=  with * for anything; ~ holds this text
Numbers   ${Object.keys(NUMBERS).join(' ')}    =  !=  >  >=  <  <=
Length    length > 5m
Time      from 2026-11-01   to 2026-12-01T12:00   (begun then)
Flags     ${Object.keys(FLAGS).join(' ')}
Together  and, or, not, ( )`;

function kind(bits: number): (info: SessionInfo) => boolean {
  return (info) => (info.kinds & bits) !== 0;
}

/** Throws `argument-invalid` for what is not understood. */
export function parsePredicate(text: string): Predicate {
  const words = wordsOf(text);
  if (words.length === 0) return () => true;
  const parser = new Parser(words);
  return parser.whole();
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  WORD.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = WORD.lastIndex) {
    const match = WORD.exec(text);
    if (match === null || words.length === WORDS_MAX) throw notUnderstood(text.slice(at, at + 20));
    words.push(match[1]!);
  }
  return words;
}

class Parser {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  whole(): Predicate {
    const predicate = this.#or();
    if (this.#at < this.#words.length) throw notUnderstood(this.#words[this.#at]!);
    return predicate;
  }

  #or(): Predicate {
    const parts = [this.#and()];
    while (this.#take('or')) parts.push(this.#and());
    return parts.length === 1 ? parts[0]! : some(parts);
  }

  #and(): Predicate {
    const parts = [this.#not()];
    for (;;) {
      const isExplicit = this.#take('and');
      const next = this.#words[this.#at];
      if (!isExplicit && (next === undefined || next === ')' || next === 'or')) break;
      parts.push(this.#not());
    }
    return parts.length === 1 ? parts[0]! : every(parts);
  }

  #not(): Predicate {
    if (this.#take('not')) {
      const part = this.#not();
      return async (subject) => !(await part(subject));
    }
    if (!this.#take('(')) return this.#test();
    const inner = this.#or();
    if (!this.#take(')')) throw notUnderstood('( without )');
    return inner;
  }

  #test(): Predicate {
    const field = this.#next();
    if (field === 'from' || field === 'to') return this.#period(field);
    const operator = this.#words[this.#at] ?? '';
    if (!OPERATORS.has(operator)) return flag(field);
    this.#at++;
    return comparison(field, operator, unquoted(this.#next()));
  }

  #period(field: 'from' | 'to'): Predicate {
    if (this.#words[this.#at] === '=') this.#at++;
    const us = understood(this.#next(), parseInstant);
    return field === 'from' ? ({ info }) => info.startedUs >= us : ({ info }) => info.startedUs < us;
  }

  #take(word: string): boolean {
    if (this.#words[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw notUnderstood('it ends too early');
    return word;
  }
}

function some(parts: readonly Predicate[]): Predicate {
  return async (subject) => {
    for (const part of parts) if (await part(subject)) return true;
    return false;
  };
}

function every(parts: readonly Predicate[]): Predicate {
  return async (subject) => {
    for (const part of parts) if (!(await part(subject))) return false;
    return true;
  };
}

function flag(name: string): Predicate {
  const test = Object.hasOwn(FLAGS, name) ? FLAGS[name]! : null;
  if (test === null) throw notUnderstood(name);
  return ({ info }) => test(info);
}

function comparison(field: string, operator: string, value: string): Predicate {
  if (field === 'stmt') return statementTest(operator, value);
  if (field === 'length')
    return numberTest((info) => info.durationUs, operator, understood(value, parseSpan));
  if (Object.hasOwn(NUMBERS, field) && /^\d{1,15}$/.test(value))
    return numberTest(NUMBERS[field]!, operator, Number(value));
  if (!Object.hasOwn(TEXTS, field)) throw notUnderstood(`${field} ${operator} ${value}`);
  const read = TEXTS[field]!;
  const matches = textTest(operator, value);
  return ({ info }) => matches(read(info));
}

/** `=` is any statement as a whole, `~` one that holds the text. */
function statementTest(operator: string, value: string): Predicate {
  const matches = textTest(operator, value);
  return async ({ statements }) => {
    for await (const text of statements()) if (matches(text)) return true;
    return false;
  };
}

function textTest(operator: string, value: string): (text: string) => boolean {
  if (operator === '~') return (text) => text.toLowerCase().includes(value.toLowerCase());
  if (operator === '=') return like(value);
  if (operator !== '!=') throw notUnderstood(`${operator} compares numbers`);
  const equals = like(value);
  return (text) => !equals(text);
}

/** Text with `*` for anything. */
export function like(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (text) => expression.test(text);
}

function numberTest(read: (info: SessionInfo) => number, operator: string, value: number): Predicate {
  const compare: Readonly<Record<string, (one: number) => boolean>> = {
    '=': (one) => one === value,
    '!=': (one) => one !== value,
    '>': (one) => one > value,
    '>=': (one) => one >= value,
    '<': (one) => one < value,
    '<=': (one) => one <= value,
  };
  const test = compare[operator];
  if (test === undefined) throw notUnderstood(`${operator} compares text`);
  return ({ info }) => test(read(info));
}

function unquoted(word: string): string {
  return /^["']/.test(word) ? word.slice(1, -1) : word;
}

function understood(text: string, parse: (text: string) => number): number {
  try {
    return parse(unquoted(text));
  } catch (error) {
    throw new PangateError(
      'argument-invalid',
      `the condition is not understood: ${text}`,
      (error as Error).message,
    );
  }
}

function notUnderstood(what: string): PangateError {
  return new PangateError(
    'argument-invalid',
    `the condition is not understood: ${what}`,
    'Example: user = alice and (masked > 0 or deny). All of it: pangate replay ls --help',
  );
}
