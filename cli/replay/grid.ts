/** Results as a grid, masked cells marked. */
import pc from 'picocolors';
import { cut, safeText } from './safe-text.ts';
import type { StatementItem } from './timeline.ts';

/** `picocolors`, or its twin that colours whatever the terminal. */
export type Colours = Omit<typeof pc, 'createColors'>;

const CELL_MAX = 40;
const NULL_SHOWN = '∅';

interface Cell {
  readonly text: string;
  readonly masked: boolean;
}

/** The rows that an item holds, indented, with a line for what is not shown; empty without columns and rows. */
export function grid(item: StatementItem, colours: Colours = pc): string {
  if (item.rows.length === 0 && item.columns.length === 0) return '';
  const width = Math.max(item.columns.length, ...item.rows.map((row) => row.length));
  const heads = Array.from({ length: width }, (_, i) => head(item, i));
  const rows = item.rows.map((row) => heads.map((_, i) => cell(item, row[i], i)));
  const widths = heads.map((name, i) => Math.max(length(name), ...rows.map((row) => length(shown(row[i]!)))));
  const lines = [
    line(heads.map((name, i) => colours.bold(pad(name, widths[i]!)))),
    line(widths.map((each) => '─'.repeat(each))),
    ...rows.map((row) => line(row.map((each, i) => coloured(each, pad(shown(each), widths[i]!), colours)))),
  ];
  const more = item.rowCount - item.rows.length;
  if (more > 0)
    lines.push(`    ${colours.dim(`${more} more row${more === 1 ? '' : 's'}${notRecorded(item)}`)}`);
  return `${lines.join('\n')}\n`;
}

function notRecorded({ rowCount, rowsRecorded }: StatementItem): string {
  const left = rowCount - rowsRecorded;
  return left > 0 ? `, ${left} of them committed by hash only` : '';
}

function line(cells: readonly string[]): string {
  return `    ${cells.join('  ')}`.trimEnd();
}

/** A column's name; with a star if something in it was masked. */
function head(item: StatementItem, column: number): string {
  const name = cut(safeText(item.columns[column]?.name ?? `#${column + 1}`), CELL_MAX);
  return isMaskedColumn(item, column) ? `${name}*` : name;
}

function isMaskedColumn(item: StatementItem, column: number): boolean {
  return item.masks.some((mask) => mask.column === column || mask.column === -1);
}

/** A column that a rule masks is masked in each cell; in others the cells tell by their mask. */
function cell(item: StatementItem, value: unknown, column: number): Cell {
  const text = cut(textOf(value), CELL_MAX);
  const byRule = (item.columns[column]?.rule ?? '') !== '' && isMaskedColumn(item, column);
  const masked = byRule || (isMaskedColumn(item, column) && /\*{3}/.test(text));
  return { text, masked };
}

function shown({ text, masked }: Cell): string {
  return masked ? `«${text}»` : text;
}

function coloured(each: Cell, text: string, colours: Colours): string {
  if (each.masked) return colours.yellow(text);
  return each.text === NULL_SHOWN ? colours.dim(text) : text;
}

/** A cell as text: NULL as ∅, bytes as hex, anything else as it is. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return NULL_SHOWN;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return safeText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function length(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - length(text)));
}
