/** Which statements `replay sql` shows. */
import type { StatementItem } from './timeline.ts';

/** The filters of the command line. */
export interface SqlFilter {
  readonly grep?: string;
  readonly fingerprint?: string;
  readonly table?: string;
  readonly verdict?: string;
  /** Microseconds. */
  readonly slower?: number;
  /** True for any field. */
  readonly masked?: string | true;
  readonly error?: boolean;
}

/** True if any filter is about statements: events are then left out. */
export function isAboutStatements({ grep, fingerprint, table, verdict, slower, masked }: SqlFilter): boolean {
  return [grep, fingerprint, table, verdict, slower, masked].some((filter) => filter !== undefined);
}

/** True if a statement passes all filters. */
export function passes(item: StatementItem, filter: SqlFilter): boolean {
  const { grep, fingerprint, table, verdict, slower, masked, error } = filter;
  if (grep !== undefined && !item.text.toLowerCase().includes(grep.toLowerCase())) return false;
  if (fingerprint !== undefined && !item.fingerprint.startsWith(fingerprint.toLowerCase())) return false;
  if (table !== undefined && !namesTable(item, table.toLowerCase())) return false;
  if (verdict !== undefined && (item.verdict || 'pass') !== verdict) return false;
  if (slower !== undefined && (item.tookUs ?? 0) < slower) return false;
  if (masked !== undefined && !isMasked(item, masked)) return false;
  return !error || item.sqlstate !== '';
}

/** Named by a column of its result, or as a word of its text. */
function namesTable(item: StatementItem, table: string): boolean {
  if (item.columns.some((column) => column.table.toLowerCase() === table)) return true;
  return item.text
    .toLowerCase()
    .split(/[^\w$]+/)
    .includes(table);
}

function isMasked(item: StatementItem, field: string | true): boolean {
  if (field === true) return item.masks.length > 0;
  return item.masks.some(({ column }) => item.columns[column]?.name.toLowerCase() === field.toLowerCase());
}
