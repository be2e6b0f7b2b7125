/**
 * Masks a terminal's output as it streams by. Two readers look at the same bytes:
 *
 * 1. The text in the order in which it is written, without the sequences between (colours,
 *    titles): a stream of the rule set, which carries nearly everything.
 * 2. The row of the cursor as it stands on the screen, for what is put together by movements
 *    within it: backspace, carriage return, cursor forward and back, overwriting.
 *
 * Masks are written over the very bytes that show the digits: nothing is inserted, no cursor moves
 * otherwise than it would have. What may still become a finding is held until it is decided or
 * until `flush`. All decisions depend on the stream and on where it was flushed, not on how it was
 * cut.
 */
import { type Bytes, join, keep, NO_BYTES } from '../../../base/bytes.ts';
import { valueOfCode } from '../../../base/character.ts';
import type { Cleaner, CleanStream } from '../../../base/cleaner.ts';
import { ANYWHERE, type Finding } from '../../../base/finding.ts';
import { Grid, OTHER, type Size, TAIL } from './grid.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import * as movement from './movement.ts';
import { plainEnd } from './plain.ts';
import { isFresh } from './row.ts';
import * as sequences from './sequence.ts';
import { Stale } from './stale.ts';
import { widthOf } from './width.ts';

/** Bytes that are walked one by one before it is asked again whether plain text follows. */
const SLICE_BYTES = 256;
/** Plain text from so many bytes on is not walked. */
const PLAIN_BYTES_MIN = 512;
/** Cells without a digit after which a number cannot go on. */
const CLOSING_CELLS = 2;
/** What stands in the text where the cursor jumps. */
const BREAK = 0x0a;

/** What was found in a terminal's output, and hidden as far as it was not sent yet. */
export interface TerminalFinding {
  readonly kind: string;
  /** Some of what its mask hides was on the screen before it was known. */
  readonly isLate: boolean;
}

/** The output of one terminal. */
export class TerminalCleaner {
  readonly #cleaner: Cleaner;
  readonly #grid: Grid;
  readonly #sequence = new sequences.Sequencer();
  readonly #ledger = new Ledger();
  readonly #stale = new Stale();
  readonly #judge: Judge;
  #stream: CleanStream;
  /** Offset in the text at which the stream begins. */
  #streamFrom = 0;
  /** Text that was given to the stream, and what of it is not settled, as it came. */
  #textTo = 0;
  #unsettled: Bytes = NO_BYTES;
  #text = new Uint8Array(SLICE_BYTES * 4);
  #textBytes = 0;

  /** Bytes not yet sent, masked as far as is known; the first one's offset in the stream. */
  #raw: Bytes = NO_BYTES;
  #rawFrom = 0;
  /** Stream offset of the first digit that is not decided in the row; -1 if there is none. */
  #digitFrom = -1;
  /** Cells written since the last digit. */
  #sinceDigit = CLOSING_CELLS;
  /** The row may hold what the text in its order does not show. */
  #isDirty = false;
  /** CR has come, and nothing behind it. */
  #isReturned = false;
  /** What was typed and has not come back yet. */
  #typed: Bytes = NO_BYTES;

  /** `size`: the terminal's, as the client has asked for it. */
  constructor(cleaner: Cleaner, size: Size) {
    this.#cleaner = cleaner;
    this.#grid = new Grid(size);
    this.#judge = new Judge(cleaner, this.#grid, this.#ledger);
    this.#stream = cleaner.stream(ANYWHERE);
  }
}
