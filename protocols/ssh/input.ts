/**
 * What a client sends on a channel, for the recording. On a terminal it is text only where the
 * terminal has shown it: what is typed waits for the output that repeats it, and what comes back as
 * something else (a password, a key of a full-screen program) is recorded by its length alone. That
 * is inferred from the server's output, whose modes nobody else can see: docs/protocols/ssh.md says
 * where it errs, which is on the side of leaving out.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Bytes } from '../../base/bytes.ts';
import { FACT } from '../../base/recording.ts';
import { EscapeSkipper } from './escape.ts';
import type { Shared } from './shared.ts';
import { PlainSieve, type Sieve } from './sieve.ts';
import type { Tripwire } from './target-options.ts';

/** Typed bytes that wait for their echo; more are left out. */
const WAITING_MAX = 1024;
/** Characters of a typed line that tripwires see. */
const LINE_MAX = 1024;
/** A hash of fewer bytes could be that of a password. */
const HASHED_BYTES_MIN = 4096;

const ENTER = 0x0d;
const NEWLINE = 0x0a;

/** One direction of one channel. */
export interface Input {
  /** Bytes on their way to the server. */
  sent(bytes: Bytes): void;
  /** Bytes that the server has sent, before anything is masked in them. */
  answered(bytes: Bytes): void;
  /** The last records; gives what stands at the channel's end. */
  end(): Readonly<Record<string, unknown>>;
}

/** Of streams that are no terminal: their length, and the hash of all but short ones. */
export class StreamInput implements Input {
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  sent(bytes: Bytes): void {
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
  }

  answered(): void {}

  end(): Readonly<Record<string, unknown>> {
    const isHashed = this.#bytes >= HASHED_BYTES_MIN;
    return { in: this.#bytes, ...(isHashed && { inSha256: this.#hash.digest() }) };
  }
}

/** Of a terminal. */
export class TypedInput implements Input {
  readonly #shared: Shared;
  readonly #ch: number;
  readonly #sieve: Sieve;
  /** Of what is typed, and of what the server writes: sequences are no text. */
  readonly #typed: EscapeSkipper = new EscapeSkipper();
  readonly #shown: EscapeSkipper = new EscapeSkipper();
  /** Characters that wait for their echo; an Enter among them ends a line. */
  #waiting: number[] = [];
  #hidden = 0;
  #line = '';
  #bytes = 0;

  constructor(shared: Shared, ch: number) {
    this.#shared = shared;
    this.#ch = ch;
    this.#sieve = new PlainSieve(shared.cleaner);
  }

  /** How much has gone is recorded before it goes; what it was, when the terminal has shown it. */
  sent(bytes: Bytes): void {
    this.#bytes += bytes.length;
    this.#shared.transcript.event('tty.n', { ch: this.#ch, n: bytes.length }, FACT.terminal);
    for (const byte of bytes) this.#type(byte);
  }

  answered(bytes: Bytes): void {
    for (let at = 0; at < bytes.length && this.#waiting.length > 0; at++) this.#show(bytes[at]!);
  }

  end(): Readonly<Record<string, unknown>> {
    while (this.#waiting.length > 0) this.#hideLine();
    this.#flushHidden();
    this.#record(this.#sieve.flush());
    return { in: this.#bytes };
  }

  #type(byte: number): void {
    const isText = this.#typed.isText(byte) && byte >= 0x20 && byte !== 0x7f;
    const waits = isText || byte === ENTER || byte === NEWLINE;
    // A key of its own is no secret; behind characters that wait it would come too early.
    if (this.#waiting.length === 0 && !isText) return this.#keep(byte);
    if (!waits) return;
    if (this.#waiting.length >= WAITING_MAX) this.#hideLine();
    this.#waiting.push(byte);
  }

  /** One byte of output, held against what waits. */
  #show(byte: number): void {
    if (!this.#shown.isText(byte)) return;
    const isBreak = byte === ENTER || byte === NEWLINE;
    if (byte < 0x20 && !isBreak) return;
    if (byte === this.#waiting[0] || (isBreak && isEnter(this.#waiting[0]!)))
      this.#keep(this.#waiting.shift()!);
    else this.#hideLine();
  }

  /** What waits, up to the end of its line, was not shown. */
  #hideLine(): void {
    const end = this.#waiting.findIndex(isEnter);
    const count = end < 0 ? this.#waiting.length : end;
    this.#hidden += count;
    this.#waiting.splice(0, count);
    if (count > 0) this.#line = '';
    if (end >= 0) this.#keep(this.#waiting.shift()!);
  }

  #keep(byte: number): void {
    this.#flushHidden();
    this.#record(this.#sieve.push(Uint8Array.of(byte)));
    if (isEnter(byte)) {
      this.#record(this.#sieve.flush());
      this.#line = '';
    } else if (this.#line.length < LINE_MAX) this.#watch(byte);
  }

  #flushHidden(): void {
    if (this.#hidden === 0) return;
    this.#record(this.#sieve.flush());
    this.#shared.transcript.event('tty.i', { ch: this.#ch, n: this.#hidden, hidden: true }, FACT.terminal);
    this.#hidden = 0;
  }

  #record(settled: readonly Bytes[]): void {
    for (const d of settled)
      if (d.length > 0) this.#shared.transcript.event('tty.i', { ch: this.#ch, d }, FACT.terminal);
  }

  #watch(byte: number): void {
    this.#line += String.fromCharCode(byte);
    const { tripwires } = this.#shared.options;
    for (const tripwire of tripwires)
      if (isAt(this.#line, tripwire)) this.#shared.transcript.alert(this.#ch, tripwire.name);
  }
}

/** A tripwire's text ends the line as it stands. */
function isAt(line: string, { text }: Tripwire): boolean {
  return line.length >= text.length && line.slice(-text.length).toLowerCase() === text.toLowerCase();
}

function isEnter(byte: number): boolean {
  return byte === ENTER || byte === NEWLINE;
}
