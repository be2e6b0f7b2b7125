/** Results as a grid, masked cells marked. */
import pc from 'picocolors';
import { cellsIn } from '../../base/cells.ts';
import { cut, padded, safeText } from './safe-text.ts';
import type { StatementItem } from './timeline.ts';

/** `picocolors`, or its twin that colours whatever the terminal. */
export type Colours = Omit<typeof pc, 'createColors'>;

const CELL_MAX = 40;
const NULL_SHOWN = '∅';
const INDENT = 4;
/** Room that a field and its name have at least. */
const LONG_MIN = 16;

interface Cell {
  readonly text: string;
  readonly masked: boolean;
}

/**
 * The rows that an item holds, indented, with a line for what is not shown; empty without columns and
 * rows. What is wider than `columnsMax` is written one field a line.
 */
export function grid(item: StatementItem, columnsMax: number, colours: Colours = pc): string {
  if (item.rows.length === 0 && item.columns.length === 0) return '';
  const width = Math.max(item.columns.length, ...item.rows.map((row) => row.length));
  const heads = Array.from({ length: width }, (_, i) => head(item, i));
  const rows = item.rows.map((row) => heads.map((_, i) => cell(item, row[i], i)));
  const lines = wide({ heads, rows, columnsMax, colours }) ?? long({ heads, rows, columnsMax, colours });
  const more = item.rowCount - item.rows.length;
  if (more > 0)
    lines.push(`    ${colours.dim(`${more} more row${more === 1 ? '' : 's'}${notRecorded(item)}`)}`);
  return `${lines.join('\n')}\n`;
}

interface Shown {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly columnsMax: number;
  readonly colours: Colours;
}

/** A line for each row; null where that has no room. */
function wide({ heads, rows, columnsMax, colours }: Shown): string[] | null {
  const widths = heads.map((name, i) =>
    Math.max(cellsIn(name), ...rows.map((row) => cellsIn(shown(row[i]!)))),
  );
  if (INDENT + widths.reduce((sum, each) => sum + each + 2, -2) > columnsMax) return null;
  return [
    line(heads.map((name, i) => colours.bold(padded(name, widths[i]!)))),
    line(widths.map((each) => '─'.repeat(each))),
    ...rows.map((row) =>
      line(row.map((each, i) => coloured(each, padded(shown(each), widths[i]!), colours))),
    ),
  ];
}

/** A line for each field. */
function long({ heads, rows, columnsMax, colours }: Shown): string[] {
  const room = Math.max(columnsMax - INDENT, LONG_MIN);
  const width = Math.min(Math.max(...heads.map(cellsIn)), room >> 1);
  return rows.flatMap((row, number) => [
    line([colours.dim(`─ row ${number + 1}`)]),
    ...row.map((each, i) => {
      const value = coloured(each, fitted(each, room - width - 2), colours);
      return line([colours.bold(padded(cut(heads[i]!, width), width)), value]);
    }),
  ]);
}

function notRecorded({ rowCount, rowsRecorded }: StatementItem): string {
  const left = rowCount - rowsRecorded;
  return left > 0 ? `, ${left} of them committed by hash only` : '';
}

function line(cells: readonly string[]): string {
  return `${' '.repeat(INDENT)}${cells.join('  ')}`.trimEnd();
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
  // A row of COPY ends with a line break of the protocol's.
  const plain = typeof value === 'string' && item.tag.startsWith('COPY') ? value.replace(/\n$/, '') : value;
  const byRule = (item.columns[column]?.rule ?? '') !== '' && isMaskedColumn(item, column);
  const masked = byRule || (isMaskedColumn(item, column) && holdsMask(value));
  return { text: cut(textOf(plain), CELL_MAX), masked };
}

function holdsMask(value: unknown): boolean {
  return (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)).includes(
    '***',
  );
}

function shown({ text, masked }: Cell): string {
  return masked ? `«${text}»` : text;
}

/** As `shown`, in so many cells. */
function fitted({ text, masked }: Cell, cellsMax: number): string {
  return masked ? `«${cut(text, cellsMax - 2)}»` : cut(text, cellsMax);
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
