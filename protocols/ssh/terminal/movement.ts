/**
 * What controls, escape and control sequences do to a screen: ECMA-48 8.3 and xterm's ctlseqs. A
 * sequence that is not listed here moves nothing.
 */
import type { Grid } from './grid.ts';
import type { Sequencer } from './sequence.ts';

/** Nothing moves: colours, modes, questions. */
export const STILL = 0;
/** The cursor moves on, within its row. */
export const FORWARD = 1;
/** The cursor moves back within its row, or cells of the row are erased or moved. */
export const BACK = 2;
/** The cursor leaves its row, or rows are erased or moved. */
export const AWAY = 3;
/** REP: the last character again. */
export const REPEAT = 4;
/** What stands behind the cursor is erased. */
export const ERASE = 5;

const TAB_COLUMNS = 8;

/** The sort of a C0 control. */
export function sortOfControl(code: number): number {
  if (code === 0x0d || code === 0x08) return BACK;
  if (code === 0x09) return FORWARD;
  return code >= 0x0a && code <= 0x0c ? AWAY : STILL;
}

/** Carries a C0 control out. */
export function control(grid: Grid, code: number): void {
  if (code === 0x0d) grid.toColumn(0);
  else if (code === 0x08) grid.toColumn(grid.column - 1);
  else if (code === 0x09) tab(grid, 1);
  else if (code >= 0x0a && code <= 0x0c) grid.lineFeed();
}

/** The sort of an escape sequence. */
export function sortOfEscape({ code, intermediate }: Sequencer): number {
  if (intermediate === 0x23) return code === 0x38 ? AWAY : STILL;
  if (intermediate !== 0) return STILL;
  return 'DEMc8'.includes(String.fromCharCode(code)) ? AWAY : STILL;
}

/** Carries an escape sequence out. */
export function escapes(grid: Grid, { code, intermediate }: Sequencer): void {
  if (intermediate === 0x23 && code === 0x38) return grid.eraseInDisplay(2);
  if (intermediate !== 0) return;
  if (code === 0x37) grid.save();
  else if (code === 0x38) grid.restore();
  else if (code === 0x44) grid.lineFeed();
  else if (code === 0x4d) grid.reverseLineFeed();
  else if (code === 0x63) grid.reset();
  else if (code === 0x45) {
    grid.lineFeed();
    grid.toColumn(0);
  }
}

/** The sort of a control sequence at the cursor's place. */
export function sortOfCsi(grid: Grid, sequence: Sequencer): number {
  const { code, intermediate, prefix } = sequence;
  if (intermediate !== 0) return STILL;
  const final = String.fromCharCode(code);
  if (prefix === 0x3f && (final === 'h' || final === 'l')) return changesScreen(sequence) ? AWAY : STILL;
  if (prefix !== 0 && !(prefix === 0x3f && (final === 'J' || final === 'K'))) return STILL;
  if (final === 'H' || final === 'f') return sequence.parameter(0, 1) - 1 === grid.row ? BACK : AWAY;
  if (final === 'K') return sequence.parameter(0, 0) === 0 ? ERASE : BACK;
  if (final === 'b') return REPEAT;
  if ('CaI'.includes(final)) return FORWARD;
  // `h`: what is inserted from now on moves what stands behind it.
  if ('DGZ`P@Xh'.includes(final)) return BACK;
  return 'ABEFJLMSTderu'.includes(final) ? AWAY : STILL;
}

/** Carries a control sequence out, all but REP. */
export function csi(grid: Grid, sequence: Sequencer): void {
  if (sequence.intermediate !== 0) return;
  const final = String.fromCharCode(sequence.code);
  if (final === 'h' || final === 'l') return modes(grid, sequence, final === 'h');
  if (sequence.prefix !== 0 && final !== 'J' && final !== 'K') return;
  const count = sequence.parameter(0, 1);
  if (moves(grid, final, count, sequence)) return;
  if (final === 'J') grid.eraseInDisplay(sequence.parameter(0, 0));
  else if (final === 'K') grid.eraseInLine(sequence.parameter(0, 0));
  else if (final === 'L') grid.shiftLines(-count);
  else if (final === 'M') grid.shiftLines(count);
  else if (final === 'P') grid.deleteCharacters(count);
  else if (final === '@') grid.insertCharacters(count);
  else if (final === 'X') grid.eraseCharacters(count);
  else if (final === 'S') grid.scroll(count);
  else if (final === 'T' && sequence.parameterCount < 2) grid.scroll(-count);
  else if (final === 's') grid.save();
  else if (final === 'u') grid.restore();
  else if (final === 'r') grid.setRegion(count - 1, sequence.parameter(1, grid.rows) - 1);
}

function moves(grid: Grid, final: string, count: number, sequence: Sequencer): boolean {
  switch (final) {
    case 'A':
      grid.moveRows(-count);
      return true;
    case 'B':
    case 'e':
      grid.moveRows(count);
      return true;
    case 'C':
    case 'a':
      grid.toColumn(grid.column + count);
      return true;
    case 'D':
      grid.toColumn(grid.column - count);
      return true;
    case 'E':
    case 'F':
      grid.moveRows(final === 'E' ? count : -count);
      grid.toColumn(0);
      return true;
    case 'G':
    case '`':
      grid.toColumn(count - 1);
      return true;
    case 'H':
    case 'f':
      grid.toRow(count - 1);
      grid.toColumn(sequence.parameter(1, 1) - 1);
      return true;
    case 'd':
      grid.toRow(count - 1);
      return true;
    case 'I':
    case 'Z':
      tab(grid, final === 'I' ? count : -count);
      return true;
    default:
      return false;
  }
}

/** Tab stops stand where nobody has set others: every eighth column. */
function tab(grid: Grid, count: number): void {
  const stop = Math.floor((grid.column + (count < 0 ? TAB_COLUMNS - 1 : 0)) / TAB_COLUMNS) + count;
  const { wraps } = grid;
  grid.toColumn(Math.min(stop, grid.columns) * TAB_COLUMNS);
  if (wraps && count > 0) grid.wraps = true;
}

function changesScreen(sequence: Sequencer): boolean {
  for (let i = 0; i < sequence.parameterCount; i++) {
    const mode = sequence.parameter(i, 0);
    if (mode === 3 || mode === 6 || mode === 47 || mode === 1047 || mode === 1048 || mode === 1049)
      return true;
  }
  return false;
}

function modes(grid: Grid, sequence: Sequencer, isOn: boolean): void {
  for (let i = 0; i < sequence.parameterCount; i++) {
    const mode = sequence.parameter(i, 0);
    if (sequence.prefix === 0x3f) privateMode(grid, mode, isOn);
    else if (sequence.prefix === 0 && mode === 4) grid.insert = isOn;
  }
}

/** 6 DECOM, 7 DECAWM, 47 1047 1049 the alternate screen, 1048 1049 the saved cursor. */
function privateMode(grid: Grid, mode: number, isOn: boolean): void {
  if (mode === 6) grid.setOrigin(isOn);
  else if (mode === 7) grid.autowrap = isOn;
  if (isOn && (mode === 1048 || mode === 1049)) grid.save();
  if (mode === 47 || mode === 1047 || mode === 1049) grid.showAlternate(isOn);
  if (!isOn && (mode === 1048 || mode === 1049)) grid.restore();
}
