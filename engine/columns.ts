import type { ColumnRule } from '../base/cleaner.ts';
import type { ColumnPatterns } from './mask-rules.ts';

const KNOWN_MAX = 10_000;

/** Finds the rule of a column by name and table; remembers what it found. */
export function columnRules(
  patterns: readonly ColumnPatterns[],
): (name: string, table: string) => ColumnRule | null {
  const rules = patterns.map(({ rule, kind, mask, columns }) => ({
    rule: { rule, kind, mask },
    matches: columns.map(globOf),
  }));
  const known = new Map<string, ColumnRule | null>();
  return (name, table) => {
    const column = `${table}.${name}`.toLowerCase();
    const answer = known.get(column);
    if (answer !== undefined) return answer;
    if (known.size >= KNOWN_MAX) known.clear();
    const found = rules.find(({ matches }) => matches.some((match) => match.test(column)))?.rule ?? null;
    known.set(column, found);
    return found;
  };
}

/** `cvv` means `*.cvv`; a table's name may be given with or without its schema. */
function globOf(pattern: string): RegExp {
  const whole = pattern.includes('.') ? pattern : `*.${pattern}`;
  const source = whole
    .toLowerCase()
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^(?:.*\\.)?${source}$`, 's');
}
