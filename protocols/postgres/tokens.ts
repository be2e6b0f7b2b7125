/**
 * The lexical structure of SQL (documentation 4.1), as far as it is needed to tell statements,
 * words and literals apart. Not a parser: what is decided by it fails closed elsewhere.
 */

export interface Token {
  /** `word`: an identifier or keyword, lower-cased unless quoted; `mark`: one other character. */
  readonly kind: 'word' | 'quoted' | 'string' | 'mark';
  readonly value: string;
  /** Place in the text, half-open. */
  readonly from: number;
  readonly to: number;
}

/** More tokens than this are not looked at. */
const TOKENS_MAX = 20_000;
const PATTERN =
  /\s+|--[^\n]*|[eE]'((?:[^'\\]|''|\\[\s\S])*)'|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|\$([A-Za-z_]?\w*)\$|\/\*|([\s\S])/gy;

/** All tokens; comments and white space are left out. Null if there are too many or one does not end. */
export function tokensOf(sql: string): Token[] | null {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < sql.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(sql);
    if (!match || tokens.length >= TOKENS_MAX) return null;
    const skipTo = skipped(sql, match);
    if (skipTo < 0) return null;
    if (skipTo > 0) pattern.lastIndex = skipTo;
    const token = tokenOf(match, from, pattern.lastIndex);
    if (token) tokens.push(token);
  }
  return tokens;
}

/** Behind a nested comment or a dollar-quoted string; 0 for anything else, -1 if it does not end. */
function skipped(sql: string, match: RegExpExecArray): number {
  const from = match.index + match[0].length;
  if (match[0] === '/*') return commentEnd(sql, from);
  if (match[5] === undefined) return 0;
  const to = sql.indexOf(match[0], from);
  return to < 0 ? -1 : to + match[0].length;
}

function commentEnd(sql: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 1; depth > 0; ) {
    const match = edge.exec(sql);
    if (!match) return -1;
    depth += match[0] === '/*' ? 1 : -1;
  }
  return edge.lastIndex;
}

function tokenOf(match: RegExpExecArray, from: number, to: number): Token | null {
  const [whole, escaped, word, quoted, plain, tag, mark] = match;
  const literal = escaped ?? plain;
  if (word !== undefined) return { kind: 'word', value: word.toLowerCase(), from, to };
  if (quoted !== undefined) return { kind: 'quoted', value: quoted.replaceAll('""', '"'), from, to };
  if (literal !== undefined) return { kind: 'string', value: literal.replaceAll("''", "'"), from, to };
  if (tag !== undefined) return { kind: 'string', value: '', from, to };
  return mark === undefined || whole === '/*' ? null : { kind: 'mark', value: mark, from, to };
}

/** The statements of a text, split at semicolons outside of parentheses. */
export function statementsOf(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'mark') depth += token.value === '(' ? 1 : token.value === ')' ? -1 : 0;
    if (token.kind === 'mark' && token.value === ';' && depth <= 0) statements.push([]);
    else statements.at(-1)!.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}
