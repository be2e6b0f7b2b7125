/**
 * Masks a terminal's output as it streams by. Two readers look at the same bytes:
 *
 * 1. The text in the order in which it is written, without the sequences between (colours,
 *    titles): a stream of the rule set, which finds nearly everything.
 * 2. The row of the cursor as it stands on the screen, for what is put together by movements
 *    within it: backspace, carriage return, cursor forward and back, overwriting.
 *
 * Masks are written over the very bytes that show the digits: nothing is inserted, and no cursor
 * moves otherwise than it would have. What may still become a finding is held until it is decided
 * or until `flush`. What is decided depends on the stream and on where it was flushed, not on how
 * it was cut.
 *
 * What it cannot do: a number whose first digits were sent because they stood still for the whole
 * hold-back is masked from there on; of one that comes digit by digit the first eleven are shown.
 */
import type { Bytes } from '../../../base/bytes.ts';
import type { Cleaner } from '../../../base/cleaner.ts';
import { Findings, type TerminalFinding } from './findings.ts';
import { Grid, type Size } from './grid.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { Output } from './output.ts';
import { plainEnd } from './plain.ts';
import { Stale } from './stale.ts';
import { Walker } from './walker.ts';
import { WrittenText } from './written.ts';

/** Bytes that are walked before it is asked again whether plain text follows. */
const SLICE_BYTES = 1024;
/** Plain text from so many bytes on is not walked. */
const PLAIN_BYTES_MIN = 512;
/** Bytes in which the end of a word is looked for, to cut plain text that has no lines. */
const WORD_BYTES_MAX = 128;
const LF = 0x0a;

/** The output of one terminal. */
export class TerminalCleaner {
  readonly #grid: Grid;
  readonly #ledger = new Ledger();
  readonly #output = new Output();
  readonly #findings = new Findings();
  readonly #stale = new Stale();
  readonly #text: WrittenText;
  readonly #walker: Walker;

  /** `size`: the terminal's, as the client has asked for it. */
  constructor(cleaner: Cleaner, size: Size) {
    this.#grid = new Grid(size);
    this.#text = new WrittenText(cleaner, this.#ledger, this.#output, this.#findings);
    const judge = new Judge(cleaner, this.#grid, this.#ledger, this.#output, this.#findings);
    this.#walker = new Walker({ grid: this.#grid, ledger: this.#ledger, text: this.#text, judge });
  }

  /** Bytes that wait for what follows: who calls flushes them after 25 ms at most. */
  get heldBytes(): number {
    return this.#output.bytes.length;
  }

  /** No sequence and no character is cut where the stream stands: a keyframe may be written. */
  get isWhole(): boolean {
    return this.#walker.isWhole;
  }

  /** Takes bytes, which may be masked in place; gives what may be sent now, valid until the next call. */
  push(bytes: Bytes): Bytes {
    let at = this.#output.bytes.length;
    this.#output.append(bytes);
    const all = this.#output.bytes;
    while (at < all.length) {
      const plain = this.#plain(all, at);
      at = plain > at ? plain : this.#walk(all, at);
    }
    return this.#output.take(this.#decidedTo());
  }

  /** All that is held: its time has run out, or the stream has ended. */
  flush(): Bytes {
    if (this.heldBytes > 0) {
      this.#stale.draw(this.#grid);
      this.#text.scan(true);
      this.#walker.flush();
      this.#ledger.clear();
    }
    return this.#output.take(this.#output.to);
  }

  /** The terminal has another size. */
  resize(size: Size): void {
    this.#stale.draw(this.#grid);
    this.#walker.resized();
    this.#grid.resize(size);
  }

  /** What was found since this was asked last. */
  takeFindings(): readonly TerminalFinding[] {
    return this.#findings.take();
  }

  #walk(bytes: Bytes, from: number): number {
    const to = Math.min(bytes.length, from + SLICE_BYTES);
    this.#stale.draw(this.#grid);
    this.#walker.walk(bytes, from, to, this.#output.from);
    this.#text.scan(false);
    this.#ledger.prune(this.#text.settledTo);
    return to;
  }

  /** Scans plain text without walking it; gives where it ends, `from` where there is not enough. */
  #plain(bytes: Bytes, from: number): number {
    if (bytes.length - from < PLAIN_BYTES_MIN || !this.#walker.isPlain || !this.#text.isSettled) return from;
    const end = plainEnd(bytes, from);
    const to = end - from < PLAIN_BYTES_MIN ? from : cutOf(bytes, from, end);
    if (to === from) return from;
    const plain = bytes.subarray(from, to);
    const held = this.#text.scanPlain(plain);
    this.#ledger.clear();
    if (held > 0) this.#hold(to - held, held);
    this.#stale.remember(plain, this.#grid.rows);
    return to;
  }

  /** The last bytes of plain text wait for what follows. */
  #hold(at: number, bytes: number): void {
    const raw = this.#output.from + at;
    const text = this.#text.to - bytes;
    this.#ledger.add({ raw, bytes, text, line: null, column: 0, width: 0, sort: 'string' });
    this.#ledger.leave();
  }

  /** Stream offset up to which nothing can be masked any more. */
  #decidedTo(): number {
    let to = this.#output.to - this.#walker.openBytes;
    if (this.#walker.undecidedAt >= 0) to = Math.min(to, this.#walker.undecidedAt);
    const unsettled = this.#text.isSettled ? -1 : this.#ledger.rawOf(this.#text.settledTo);
    if (unsettled >= 0) to = Math.min(to, unsettled);
    return Math.max(to, this.#output.from);
  }
}

/** Where plain text may be cut: behind a line, else behind two letters. `from` where it may not. */
function cutOf(bytes: Bytes, from: number, end: number): number {
  const line = bytes.lastIndexOf(LF, end - 1) + 1;
  if (line - from >= PLAIN_BYTES_MIN / 2) return line;
  for (let at = end; at > end - WORD_BYTES_MAX; at--)
    if (isLetter(bytes[at - 1]!) && isLetter(bytes[at - 2]!)) return at;
  return from;
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return letter >= 0x67 && letter <= 0x7a;
}
