/**
 * COPY ... TO STDOUT names its columns only in its text (COPY reference page): this finds the
 * SELECT whose description names them, and how the rows will look.
 */
import { BINARY, type CopyFormat, CSV, TEXT } from './copy.ts';
import { statementsOf, type Token, tokensOf } from './tokens.ts';

/** One COPY ... TO STDOUT of a query string. */
export interface Copied {
  /** A query with the same columns, in the same order. */
  readonly select: string;
  readonly format: CopyFormat;
}

/** Every COPY ... TO STDOUT of a query string, in order. */
export function copiesOf(source: string): Copied[] {
  if (!/copy/i.test(source)) return [];
  const tokens = tokensOf(source);
  if (!tokens) return [];
  return statementsOf(tokens).flatMap((statement) => copyOf(source, statement) ?? []);
}

/** COPY table [(columns)] | (query) TO STDOUT [options] */
function copyOf(source: string, tokens: readonly Token[]): Copied | null {
  if (!isWord(tokens[0], 'copy')) return null;
  const to = tokens.findIndex((token, i) => isWord(token, 'to') && depthAt(tokens, i) === 0);
  if (to < 2 || !isWord(tokens[to + 1], 'stdout')) return null;
  const select = isMark(tokens[1], '(') ? inside(source, tokens, 1) : tableSelect(source, tokens, to);
  return select === null ? null : { select, format: formatFrom(tokens.slice(to + 2)) };
}

function tableSelect(source: string, tokens: readonly Token[], to: number): string | null {
  const first = isWord(tokens[1], 'binary') ? 2 : 1;
  const list = tokens.findIndex((token, i) => i < to && isMark(token, '('));
  const end = list > 0 ? list : to;
  const table = source.slice(tokens[first]!.from, tokens[end - 1]!.to);
  const columns = list > 0 ? inside(source, tokens, list) : '*';
  return columns === null ? null : `SELECT ${columns} FROM ${table}`;
}

/** The text between the parenthesis at `open` and its partner. */
function inside(source: string, tokens: readonly Token[], open: number): string | null {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (isMark(tokens[i], '(')) depth++;
    if (isMark(tokens[i], ')') && --depth === 0) return source.slice(tokens[open]!.to, tokens[i]!.from);
  }
  return null;
}

function depthAt(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let i = 0; i < index; i++) depth += isMark(tokens[i], '(') ? 1 : isMark(tokens[i], ')') ? -1 : 0;
  return depth;
}

function isWord(token: Token | undefined, value: string): boolean {
  return token?.kind === 'word' && token.value === value;
}

function isMark(token: Token | undefined, value: string): boolean {
  return token?.kind === 'mark' && token.value === value;
}

/** Options in both spellings: WITH (FORMAT csv, ...) and the one before 9.0. */
function formatFrom(options: readonly Token[]): CopyFormat {
  if (options.some((token) => namesFormat(token, 'binary'))) return BINARY;
  const base = options.some((token) => namesFormat(token, 'csv')) ? CSV : TEXT;
  const quote = byteAfter(options, 'quote') ?? base.quote;
  return {
    ...base,
    delimiter: byteAfter(options, 'delimiter') ?? byteAfter(options, 'delimiters') ?? base.delimiter,
    quote,
    escape: byteAfter(options, 'escape') ?? (base.kind === 'csv' ? quote : base.escape),
    nullText: stringAfter(options, 'null') ?? base.nullText,
    header: hasHeader(options),
  };
}

function namesFormat(token: Token, format: string): boolean {
  return token.kind !== 'mark' && token.value.toLowerCase() === format;
}

function hasHeader(options: readonly Token[]): boolean {
  const at = options.findIndex((token) => isWord(token, 'header'));
  const value = options[at + 1]?.value.toLowerCase() ?? '';
  return at >= 0 && !['false', 'off', '0'].includes(value);
}

function stringAfter(options: readonly Token[], name: string): string | undefined {
  const at = options.findIndex((token) => isWord(token, name));
  if (at < 0) return undefined;
  const value = options[isWord(options[at + 1], 'as') ? at + 2 : at + 1];
  return value?.kind === 'string' ? value.value : undefined;
}

/** The one byte of an option; E'\t' is the only escape that is of use here. */
function byteAfter(options: readonly Token[], name: string): number | undefined {
  const value = stringAfter(options, name);
  if (value === '\\t') return 0x09;
  return value?.length === 1 ? value.charCodeAt(0) : undefined;
}
