/**
 * Terminal output that needs no screen to be read: text in ASCII, line breaks and colours. Its lines
 * are what was sent without the colours, so that who looks for a text in it need not render it. One
 * pass over a segment's records as they lie in msgpack, decoding none.
 */
import type { Bytes } from '../../base/bytes.ts';
import { valueEnd } from '../value.ts';

/** Of a line that is not at its end yet, what is kept for the rest. */
const OPEN_BYTES_MAX = 16_384;
const [CR, LF, TAB, ESC] = [0x0d, 0x0a, 0x09, 0x1b];

/** What is read of one session's segments, in order. */
export class PlainOutput {
  readonly #isFolded: boolean;
  readonly #withTabs: boolean;
  #text: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Where the line begins that is not at its end. */
  #openFrom = 0;
  #afterReturn = false;
  #channel = -1;
  /** Lines that ended in what was taken last. */
  lines = 0;

  /** `isFolded`: capitals become small. `withTabs`: who looks does not mind what a tab shows. */
  constructor(options: { readonly isFolded: boolean; readonly withTabs: boolean }) {
    this.#isFolded = options.isFolded;
    this.#withTabs = options.withTabs;
  }

  /** The lines of what was taken last, with the one before that it goes on with: a view. */
  get text(): Buffer {
    return this.#text.subarray(0, this.#length);
  }

  /** Takes a segment's content. False if a screen is needed; nothing of it is known then. */
  take(raw: Bytes): boolean {
    this.#begin(raw.length);
    for (let at = 0; at < raw.length; ) {
      const type = typeAt(raw, at);
      const letter = type < 0 ? 0 : terminalLetter(raw, type);
      if (letter === 0x6f || letter === 0x65) at = this.#output(raw, type + 6);
      else if (letter === 0x72) return false;
      else at = valueEnd(raw, at, raw.length);
      if (at < 0) return false;
    }
    return true;
  }

  /** Nothing is known of what comes. */
  reset(): void {
    this.#length = 0;
    this.#openFrom = 0;
    this.#afterReturn = false;
  }

  #begin(bytes: number): void {
    const from = Math.max(this.#openFrom, this.#length - OPEN_BYTES_MAX);
    const open = this.#length - from;
    const before = this.#text;
    if (before.length < bytes + open) this.#text = Buffer.allocUnsafe(bytes + OPEN_BYTES_MAX);
    before.copy(this.#text, 0, from, this.#length);
    this.#length = open;
    this.#openFrom = 0;
    this.lines = 0;
  }

  /** The map of a `tty.o`: `{ch, d}` or `{d}`. Where it ends; -1 if it is another, or needs a screen. */
  #output(raw: Bytes, from: number): number {
    let at = from + 1;
    if (raw[from] === 0x82 && raw[at] === 0xa2 && raw[at + 1] === 0x63 && raw[at + 2] === 0x68) {
      const channel = raw[at + 3]!;
      if (channel >= 0x80 || (this.#channel >= 0 && channel !== this.#channel)) return -1;
      this.#channel = channel;
      at += 4;
    } else if (raw[from] !== 0x81) return -1;
    if (raw[at] !== 0xa1 || raw[at + 1] !== 0x64) return -1;
    const width = raw[at + 2]! - 0xc4;
    if (width < 0 || width > 2) return -1;
    let bytes = 0;
    at += 3;
    for (let i = 0; i < 1 << width; i++) bytes = bytes * 256 + raw[at++]!;
    return at + bytes <= raw.length && this.#copy(raw, at, at + bytes) ? at + bytes : -1;
  }

  #copy(raw: Bytes, from: number, to: number): boolean {
    const text = this.#text;
    const isFolded = this.#isFolded;
    let length = this.#length;
    let afterReturn = this.#afterReturn;
    for (let at = from; at < to; at++) {
      const byte = raw[at]!;
      if (afterReturn && byte !== LF && byte !== CR) return false;
      if (byte >= 0x20 && byte < 0x7f)
        text[length++] = isFolded && byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
      else if (byte === LF) {
        text[length++] = LF;
        this.lines++;
        this.#openFrom = length;
        afterReturn = false;
      } else if (byte === CR) afterReturn = true;
      else if (byte === ESC) {
        at = colourEnd(raw, at + 1, to);
        if (at < 0) return false;
      } else if (byte !== TAB || !this.#withTabs) return false;
    }
    this.#length = length;
    this.#afterReturn = afterReturn;
    return true;
  }
}

/** The last byte of `[...m` at `from`; -1 if something else stands there, or it is cut. */
function colourEnd(raw: Bytes, from: number, to: number): number {
  if (raw[from] !== 0x5b) return -1;
  for (let at = from + 1; at < to && at < from + 32; at++) {
    const byte = raw[at]!;
    if (byte === 0x6d) return at;
    if (byte < 0x30 || byte > 0x3b) return -1;
  }
  return -1;
}

/** Where the type of the record at `from` stands; -1 if it is none of a usual form. */
function typeAt(raw: Bytes, from: number): number {
  if (raw[from] !== 0x94) return -1;
  const time = numberEnd(raw[from + 1]!, from + 1);
  return time < 0 ? -1 : numberEnd(raw[time]!, time);
}

function numberEnd(head: number, at: number): number {
  if (head < 0x80) return at + 1;
  return head >= 0xcc && head <= 0xcf ? at + 1 + (1 << (head - 0xcc)) : -1;
}

/** The last letter of `tty.?` at `at`; 0 for any other type. */
function terminalLetter(raw: Bytes, at: number): number {
  if (raw[at] !== 0xa5 || raw[at + 1] !== 0x74 || raw[at + 2] !== 0x74) return 0;
  return raw[at + 3] === 0x79 && raw[at + 4] === 0x2e ? raw[at + 5]! : 0;
}
