import { type Bytes, join, keep, NO_BYTES } from '../../../base/bytes.ts';
import type { Cleaner, CleanStream } from '../../../base/cleaner.ts';
import { ANYWHERE, type Finding } from '../../../base/finding.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import { isDigit } from './open-number.ts';
import type { Output } from './output.ts';

const STAR = 0x2a;
const BYTES_AT_FIRST = 1024;

/**
 * A terminal's text in the order in which it is written, without the sequences between: scanned as
 * any stream of text is, and the masks carried back to the bytes that it was read from.
 */
export class WrittenText {
  readonly #cleaner: Cleaner;
  readonly #ledger: Ledger;
  readonly #output: Output;
  readonly #findings: Findings;
  #stream: CleanStream;
  /** Offset in the text at which the stream begins. */
  #streamFrom = 0;
  /** Text that is not given to the stream yet. */
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #length = 0;
  /** Text that was given, and is not settled, as it came. */
  #unsettled: Bytes = NO_BYTES;
  /** Offset in the text up to which it is settled. */
  settledTo = 0;

  constructor(cleaner: Cleaner, ledger: Ledger, output: Output, findings: Findings) {
    this.#cleaner = cleaner;
    this.#ledger = ledger;
    this.#output = output;
    this.#findings = findings;
    this.#stream = cleaner.stream(ANYWHERE);
  }

  /** Offset in the text of what is appended next. */
  get to(): number {
    return this.settledTo + this.#unsettled.length + this.#length;
  }

  /** Nothing waits for what follows. */
  get isSettled(): boolean {
    return this.#unsettled.length + this.#length === 0;
  }

  append(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  appendRun(bytes: Bytes, from: number, to: number): void {
    if (this.#length + to - from > this.#bytes.length) this.#grow(to - from);
    for (let at = from; at < to; at++) this.#bytes[this.#length++] = bytes[at]!;
  }

  #grow(count: number): void {
    const grown = new Uint8Array(2 * (this.#bytes.length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** Scans what was appended; with `last` as if nothing followed. */
  scan(last: boolean): void {
    if (this.#length === 0 && !last) return;
    const given = this.#bytes.subarray(0, this.#length);
    const original = this.#unsettled.length === 0 ? keep(given) : join([this.#unsettled, given]);
    this.#length = 0;
    const findings: Finding[] = [];
    const from = this.settledTo;
    const views = this.#stream.push(given, last, (finding) => findings.push(finding));
    if (findings.length > 0) this.#mask(findings, original, from, views);
    this.#settle(original, last ? 0 : this.#stream.heldBytes);
    if (last) this.#restart();
  }

  /**
   * Plain text, written as it is: scanned in place. It must be that nothing waits. Gives how many
   * bytes at its end wait for what follows.
   */
  scanPlain(plain: Bytes): number {
    const findings: Finding[] = [];
    const from = this.settledTo;
    const views = this.#stream.push(plain, false, (finding) => findings.push(finding));
    const held = this.#stream.heldBytes;
    const settled = plain.length - held;
    if (findings.length > 0) {
      const masked = views.length === 1 ? views[0]! : join(views);
      if (masked.length === settled) plain.set(masked);
      else for (const finding of findings) this.#starPlain(plain, finding, from);
      for (const { kind } of findings) this.#findings.add(kind, false);
    }
    this.#settle(plain, held);
    return held;
  }

  #starPlain(plain: Bytes, finding: Finding, from: number): void {
    for (let at = finding.from; at < finding.to; at++) {
      const index = at + this.#streamFrom - from;
      if (index >= 0 && isWord(plain[index]!)) plain[index] = STAR;
    }
  }

  #settle(original: Bytes, held: number): void {
    this.settledTo += original.length - held;
    this.#unsettled = held === 0 ? NO_BYTES : keep(original.subarray(original.length - held));
  }

  #restart(): void {
    this.#stream = this.#cleaner.stream(ANYWHERE);
    this.#streamFrom = this.settledTo;
  }

  /** `original` begins at `from`, as `views` do, which end sooner. */
  #mask(findings: readonly Finding[], original: Bytes, from: number, views: readonly Bytes[]): void {
    const masked = join(views);
    const settled = original.length - this.#stream.heldBytes;
    for (const finding of findings) {
      let isAny = false;
      for (let at = finding.from; at < finding.to; at++) {
        const index = at + this.#streamFrom - from;
        const byte =
          masked.length === settled ? masked[index]! : isWord(original[index]!) ? STAR : original[index]!;
        if (byte !== original[index]) isAny = this.#write(from + index, original[index]!, byte) || isAny;
      }
      if (isAny) this.#findings.add(finding.kind, false);
    }
  }

  #write(text: number, original: number, byte: number): boolean {
    const piece = this.#ledger.at(text);
    if (piece === null) return false;
    const offset = text - piece.text;
    const isRun = piece.sort === 'run';
    const column = piece.column + (isRun ? offset : 0);
    if (piece.line !== null && this.#ledger.shows(piece, column)) {
      // A cell that was erased or moved since shows something else.
      const cell = piece.line.cells[column]!;
      if (isRun ? cell === original : isDigit(cell)) piece.line.cells[column] = isRun ? byte : STAR;
    }
    return this.#output.write(piece.raw + offset, byte);
  }
}

/** ASCII letters and digits, and what is beyond ASCII. */
function isWord(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a) || byte >= 0x80;
}
