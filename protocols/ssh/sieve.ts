/** Masks one stream of a channel: what may go out now, and what is held for a moment. */
import { type Bytes, NO_BYTES } from '../../base/bytes.ts';
import type { Cleaner, CleanStream } from '../../base/cleaner.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { TerminalCleaner } from './terminal/cleaner.ts';
import type { Size } from './terminal/grid.ts';

/** One direction of one stream. */
export interface Sieve {
  /** Takes bytes, which may be masked in place; gives what may be sent now, in order. */
  push(bytes: Bytes): readonly Bytes[];
  /** All that is held: its time has run out, or the stream has ended. */
  flush(): readonly Bytes[];
  readonly heldBytes: number;
  /** Findings masked so far. */
  readonly masked: number;
  /** Of them, those of which more was shown than may be before they were known. */
  readonly late: number;
}

/** As files are masked: by what stands in the bytes as they are. */
export class PlainSieve implements Sieve {
  readonly #cleaner: Cleaner;
  #stream: CleanStream;
  masked = 0;
  readonly late = 0;

  constructor(cleaner: Cleaner) {
    this.#cleaner = cleaner;
    this.#stream = cleaner.stream(ANYWHERE);
  }

  get heldBytes(): number {
    return this.#stream.heldBytes;
  }

  push(bytes: Bytes): readonly Bytes[] {
    return this.#stream.push(bytes, false, this.#count);
  }

  flush(): readonly Bytes[] {
    const rest = this.#stream.push(NO_BYTES, true, this.#count);
    this.#stream = this.#cleaner.stream(ANYWHERE);
    return rest;
  }

  readonly #count = (): void => {
    this.masked++;
  };
}

/** A terminal's: by what its screen shows, without moving anything on it. */
export class TerminalSieve implements Sieve {
  readonly #terminal: TerminalCleaner;
  masked = 0;
  late = 0;

  constructor(cleaner: Cleaner, size: Size) {
    this.#terminal = new TerminalCleaner(cleaner, size);
  }

  get heldBytes(): number {
    return this.#terminal.heldBytes;
  }

  push(bytes: Bytes): readonly Bytes[] {
    const settled = this.#terminal.push(bytes);
    this.#count();
    return settled.length === bytes.length && settled.byteOffset === bytes.byteOffset ? [bytes] : [settled];
  }

  flush(): readonly Bytes[] {
    const rest = this.#terminal.flush();
    this.#count();
    return [rest];
  }

  resize(size: Size): void {
    this.#terminal.resize(size);
  }

  #count(): void {
    for (const { count, lateCount } of this.#terminal.takeFindings()) {
      this.masked += count;
      this.late += lateCount;
    }
  }
}
