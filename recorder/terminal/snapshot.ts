/**
 * A screen as a text that makes it again: `tty.k` of docs/formats/pgr-v1.md, and what a player
 * keeps to step back. Written to a terminal of the same size and as new, it gives the same
 * cells, colours, cursor, scrolling region and modes. Tab stops, character sets and the saved
 * cursor are not in it.
 */
import { LOOK, type Run } from './row.ts';
import type { Screen } from './screen.ts';

const ENCODINGS: readonly (readonly [number, number])[] = [
  [LOOK.bold, 1],
  [LOOK.dim, 2],
  [LOOK.italic, 3],
  [LOOK.underline, 4],
  [LOOK.inverse, 7],
  [LOOK.hidden, 8],
  [LOOK.strike, 9],
];

/** The control sequence that turns to a run's look from any other. */
export function lookSequence({
  look,
  foreground,
  background,
}: Pick<Run, 'look' | 'foreground' | 'background'>): string {
  const codes: (number | string)[] = [0];
  for (const [bit, code] of ENCODINGS) if ((look & bit) !== 0) codes.push(code);
  if (foreground >= 0) codes.push(colour(foreground, 38));
  if (background >= 0) codes.push(colour(background, 48));
  return codes.length === 1 ? '\x1b[m' : `\x1b[${codes.join(';')}m`;
}

function colour(value: number, code: number): string {
  if (value < 0x1000000) return `${code};5;${value}`;
  return `${code};2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`;
}

/** The screen as it stands. Less than 3 KB for an ordinary one. */
export function snapshotOf(screen: Screen): string {
  const { rows } = screen.size;
  const lines = Array.from({ length: rows }, (_, row) => line(screen.runs(row), row));
  const [top, bottom] = screen.region;
  const { cursor, modes } = screen;
  return [
    screen.isAlternate ? '\x1b[?1049h' : '',
    '\x1b[H\x1b[2J',
    ...lines,
    '\x1b[m',
    top > 0 || bottom < rows - 1 ? `\x1b[${top + 1};${bottom + 1}r` : '',
    modes.insert ? '\x1b[4h' : '',
    modes.wrap ? '' : '\x1b[?7l',
    `\x1b[${cursor.row + 1};${cursor.column + 1}H`,
    modes.origin ? `\x1b[?6h\x1b[${cursor.row - top + 1};${cursor.column + 1}H` : '',
    cursor.visible ? '' : '\x1b[?25l',
  ].join('');
}

function line(runs: readonly Run[], row: number): string {
  if (runs.length === 0) return '';
  return `\x1b[${row + 1}H${runs.map((run) => lookSequence(run) + run.text).join('')}`;
}
