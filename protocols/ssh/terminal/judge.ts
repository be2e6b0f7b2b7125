import { type Bytes, keep } from '../../../base/bytes.ts';
import type { Cleaner } from '../../../base/cleaner.ts';
import { ANYWHERE, type Finding, UNFRAMED } from '../../../base/finding.ts';
import type { Findings } from './findings.ts';
import type { Grid } from './grid.ts';
import type { Ledger } from './ledger.ts';
import { isDigit, isSeparator, mayBecome, runBefore, SHOWN_DIGITS } from './open-number.ts';
import type { Output } from './output.ts';
import { OPEN_MASK, RowReader, type RowText } from './row.ts';

const STAR = 0x2a;

/** Looks at the cursor's row as it stands on the screen, and hides what is not sent of what it finds. */
export class Judge {
  readonly #cleaner: Cleaner;
  readonly #grid: Grid;
  readonly #ledger: Ledger;
  readonly #output: Output;
  readonly #findings: Findings;
  readonly #reader = new RowReader();

  constructor(cleaner: Cleaner, grid: Grid, ledger: Ledger, output: Output, findings: Findings) {
    this.#cleaner = cleaner;
    this.#grid = grid;
    this.#ledger = ledger;
    this.#output = output;
    this.#findings = findings;
  }

  /** Judges the row as if nothing more came. */
  judge(): void {
    const row = this.#reader.read(this.#grid);
    if (row.hasOpenMask) this.#goOn(row);
    const { bytes } = row;
    if (this.#cleaner.next(bytes, 0, bytes.length, UNFRAMED) === bytes.length) return;
    const findings: Finding[] = [];
    const original = keep(bytes);
    const masked = this.#cleaner.clean(bytes, ANYWHERE, (finding) => findings.push(finding));
    for (const finding of findings) this.#hide(row, finding, original, masked);
  }

  /**
   * The hold-back has run out. Of a number that ends at the cursor and may become a card number, the
   * digits that may not be shown are hidden as far as they are not sent, and so are those to come.
   */
  closeNumber(): void {
    const row = this.#reader.read(this.#grid);
    const run = runBefore(row.bytes, row.cursor);
    if (!mayBecome(this.#cleaner, row.bytes, run)) return;
    let isAny = false;
    for (const at of run.digits.slice(SHOWN_DIGITS)) isAny = this.#hideOpen(row, at) || isAny;
    if (isAny) this.#findings.add('pan', false);
  }

  /** Digits behind hidden ones of a number that was not known to the end. */
  #goOn(row: RowText): void {
    const { bytes } = row;
    for (let at = 1; at < bytes.length; at++) {
      if (!isDigit(bytes[at]!)) continue;
      const before = isSeparator(bytes[at - 1]!) ? at - 2 : at - 1;
      if (bytes[before] !== OPEN_MASK) continue;
      this.#hideOpen(row, at);
      bytes[at] = OPEN_MASK;
    }
  }

  #hideOpen(row: RowText, at: number): boolean {
    return this.#hideCell(row, at, STAR, OPEN_MASK);
  }

  #hide(row: RowText, finding: Finding, original: Bytes, masked: Bytes): void {
    const keepsLength = masked.length === original.length;
    const isHidden = (at: number): boolean =>
      keepsLength ? masked[at] !== original[at] : !isSeparator(original[at]!);
    let isLate = false;
    for (let at = finding.from; at < finding.to; at++)
      if (isHidden(at) && !this.#isPending(row, at)) isLate = true;
    let isAny = false;
    for (let at = finding.from; at < finding.to; at++) {
      if (!isHidden(at) && !(isLate && !isSeparator(original[at]!))) continue;
      const byte = keepsLength && !isLate ? masked[at]! : STAR;
      isAny = this.#hideCell(row, at, byte, byte) || isAny;
    }
    if (isAny) this.#findings.add(finding.kind, isLate);
  }

  #isPending(row: RowText, at: number): boolean {
    const column = row.columnAt(at);
    let isUnsent = false;
    this.#ledger.covering(row.lineAt(at), column, (piece) => {
      if (this.#output.holds(piece, column)) isUnsent = true;
    });
    return isUnsent;
  }

  #hideCell(row: RowText, at: number, byte: number, cell: number): boolean {
    const column = row.columnAt(at);
    let isAny = false;
    let isTop = true;
    this.#ledger.covering(row.lineAt(at), column, (piece) => {
      // Of what was written over, digits alone: it may be the same one twice.
      if (isTop || this.#output.showsDigit(piece, column))
        isAny = this.#output.hide(piece, column, byte, cell) || isAny;
      isTop = false;
    });
    return isAny;
  }
}
