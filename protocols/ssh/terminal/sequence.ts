/**
 * The tokenizer of a terminal's output: ECMA-48 (5th edition) 5.2 to 5.6 with 8.3, xterm's ctlseqs
 * for what ECMA-48 leaves open, and UTF-8 (RFC 3629). It is fed one byte at a time, outside of runs
 * of plain text, and keeps the open sequence between two pieces of a stream.
 *
 * C1 controls are taken as terminals in UTF-8 take them: U+0080 to U+009F, in two bytes. A single
 * byte above 0x7F that is no UTF-8 is one unreadable character.
 */

export const ESC = 0x1b;

/** What a byte has completed. */
export const INSIDE = 0;
export const CONTROL = 1;
export const ESCAPE = 2;
export const CSI = 3;
export const CHARACTER = 4;
/** A byte of the text of an OSC, DCS, SOS, PM or APC string: titles, links, clipboards. */
export const STRING = 5;
export const STRING_END = 6;

/** Parameters of one control sequence, and their most. */
const PARAMETERS_MAX = 16;
const PARAMETER_MAX = 9999;
/** Bytes of a string after which it is taken to be over: an endless one must hide nothing that follows. */
const STRING_BYTES_MAX = 65_536;

type State = 'ground' | 'escape' | 'csi' | 'string' | 'character';

/** One stream's open sequence. */
export class Sequencer {
  #state: State = 'ground';
  /** The control, final byte or code point of what was completed. */
  code = 0;
  /** Of a control sequence: `?`, `>`, ... or 0. */
  prefix = 0;
  /** Of an escape or control sequence: the last intermediate byte, or 0. */
  intermediate = 0;
  readonly #parameters = new Int32Array(PARAMETERS_MAX);
  parameterCount = 0;
  /** Bytes of the character so far. */
  characterBytes = 0;
  /** The byte given last has broken a character off. */
  isBroken = false;
  #missing = 0;
  #stringBytes = 0;
  /** The last byte of a string so far. */
  #before = 0;

  /** No sequence and no character is open. */
  get isGround(): boolean {
    return this.#state === 'ground';
  }

  /** A character's first bytes have come, not its last. */
  get isInCharacter(): boolean {
    return this.#state === 'character';
  }

  /** The parameter, or `usual` where it is missing or zero. */
  parameter(index: number, usual: number): number {
    return (index < this.parameterCount && this.#parameters[index]!) || usual;
  }

  /** Takes one byte; says what it has completed. A byte that breaks a character off counts for itself. */
  push(byte: number): number {
    this.isBroken = false;
    switch (this.#state) {
      case 'ground':
        return this.#ground(byte);
      case 'character':
        return this.#character(byte);
      case 'string':
        return this.#string(byte);
      case 'escape':
        return this.#escape(byte);
      default:
        return this.#csi(byte);
    }
  }

  #ground(byte: number): number {
    this.code = byte;
    if (byte === ESC) return this.#enter('escape');
    if (byte < 0x20 || byte === 0x7f) return CONTROL;
    this.characterBytes = 1;
    const size = sizeOf(byte);
    if (size === 1) {
      if (byte >= 0x80) this.code = 0xfffd;
      return CHARACTER;
    }
    this.#missing = size - 1;
    this.code = byte & (0x3f >> (size - 1));
    this.#state = 'character';
    return INSIDE;
  }

  #character(byte: number): number {
    if ((byte & 0xc0) !== 0x80) {
      this.isBroken = true;
      this.#state = 'ground';
      return this.#ground(byte);
    }
    this.code = (this.code << 6) | (byte & 0x3f);
    this.characterBytes++;
    if (--this.#missing > 0) return INSIDE;
    this.#state = 'ground';
    return this.code >= 0x80 && this.code < 0xa0 ? this.#c1(this.code - 0x40) : CHARACTER;
  }

  /** A C1 control is its escape sequence in one character (ECMA-48 5.3). */
  #c1(final: number): number {
    this.#enter('escape');
    return this.#escape(final);
  }

  #escape(byte: number): number {
    if (byte < 0x20 || byte === 0x7f) return this.#controlInside(byte);
    if (byte < 0x30) {
      this.intermediate = byte;
      return INSIDE;
    }
    this.#state = 'ground';
    this.code = byte;
    if (this.intermediate !== 0 || byte > 0x7e) return ESCAPE;
    if (byte === 0x5b) return this.#enter('csi');
    if (byte === 0x50 || byte === 0x58 || (byte >= 0x5d && byte <= 0x5f)) return this.#enter('string');
    return ESCAPE;
  }

  #csi(byte: number): number {
    if (byte < 0x20 || byte === 0x7f) return this.#controlInside(byte);
    if (byte >= 0x30 && byte <= 0x39) this.#digit(byte - 0x30);
    else if (byte === 0x3b || byte === 0x3a) this.#next();
    else if (byte < 0x30) this.intermediate = byte;
    else if (byte < 0x40) this.prefix = byte;
    else {
      this.#state = 'ground';
      this.code = byte;
      return byte <= 0x7e ? CSI : INSIDE;
    }
    return INSIDE;
  }

  /** CAN and SUB end a sequence, ESC begins another; other controls act at once (ECMA-48 5.5; VT500). */
  #controlInside(byte: number): number {
    if (byte === ESC) return this.#enter('escape');
    if (byte === 0x18 || byte === 0x1a) this.#state = 'ground';
    this.code = byte;
    return CONTROL;
  }

  #digit(digit: number): void {
    if (this.parameterCount === 0) this.#open();
    const index = this.parameterCount - 1;
    this.#parameters[index] = Math.min(this.#parameters[index]! * 10 + digit, PARAMETER_MAX);
  }

  /** What stands before the first separator is a parameter, be it empty. */
  #next(): void {
    if (this.parameterCount === 0) this.#open();
    this.#open();
  }

  /** Parameters beyond the most run together in the last one. */
  #open(): void {
    if (this.parameterCount < PARAMETERS_MAX) this.parameterCount++;
    this.#parameters[this.parameterCount - 1] = 0;
  }

  #string(byte: number): number {
    this.code = byte;
    if (byte === ESC) {
      this.#enter('escape');
      return STRING_END;
    }
    const isTerminator = byte === 0x9c && this.#before === 0xc2;
    this.#before = byte;
    if (!isTerminator && !endsString(byte) && ++this.#stringBytes < STRING_BYTES_MAX) return STRING;
    this.#state = 'ground';
    return STRING_END;
  }

  #enter(state: State): number {
    this.#state = state;
    this.prefix = 0;
    this.intermediate = 0;
    this.parameterCount = 0;
    this.#stringBytes = 0;
    this.#before = 0;
    return INSIDE;
  }
}

/** BEL, CAN, SUB. */
function endsString(byte: number): boolean {
  return byte === 0x07 || byte === 0x18 || byte === 0x1a;
}

function sizeOf(lead: number): number {
  if (lead >= 0xf0) return lead < 0xf5 ? 4 : 1;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc2 ? 2 : 1;
}
