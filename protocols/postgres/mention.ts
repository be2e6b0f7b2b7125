/**
 * An output column without an origin (an expression, a table of this very transaction) may carry
 * a protected column under another name. It is masked if the statement's text mentions one: the
 * coarse answer until statements are analysed.
 */
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import { tokensOf } from './tokens.ts';

/** The first rule whose column the text names; null if there is none. */
export function mentionedRule(sql: string, cleaner: Cleaner): ColumnRule | null {
  const seen = new Set<string>();
  for (const [word] of sql.matchAll(/[A-Za-z_][\w$]*/g)) {
    if (seen.has(word)) continue;
    seen.add(word);
    const rule = cleaner.column(word, '');
    if (rule) return rule;
  }
  return null;
}

/**
 * True if an output column named `count` can only be what the aggregate count() gives: the word
 * stands nowhere in the text but as the name of that function.
 */
export function countsOnly(sql: string): boolean {
  const tokens = tokensOf(sql);
  if (!tokens) return false;
  return tokens.every((token, i) => {
    if (token.value !== 'count' || token.kind === 'string') return true;
    const next = tokens[i + 1];
    return (
      token.kind === 'word' && next?.value === '(' && next.kind === 'mark' && tokens[i - 1]?.value !== '.'
    );
  });
}

/** True for a statement that gives something a name under which its rows can be asked for later. */
export function keepsForLater(sql: string): boolean {
  return /\b(prepare|declare)\b/i.test(sql);
}

/** True for a statement that may ask for rows under such a name. */
export function asksForKept(sql: string): boolean {
  return /\b(execute|fetch)\b/i.test(sql);
}
