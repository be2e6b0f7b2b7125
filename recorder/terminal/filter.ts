/**
 * What of a terminal's output a viewer's terminal may see. Recorded output is hostile: it may
 * set titles and clipboards, ask the terminal to answer, or name a number that keeps an
 * emulator busy for minutes. A small state machine (ECMA-48, 5.4 and 8.3; xterm's ctlseqs)
 * passes text, movement, erasure, colours and a few modes, and drops everything else:
 * OSC, DCS, APC, PM, SOS, all queries (DA, DSR, DECRQM, window operations), mouse and paste
 * modes, and marks that turn the direction of writing. Numbers are cut to what a screen has.
 * The output of the filter is safe for a terminal as it is, and a second pass changes nothing.
 */

const NUMBER_MAX = 1000;
/** Characters of one control sequence; longer ones are dropped. */
const SEQUENCE_MAX = 64;
/** Characters of an OSC or DCS string after which it is over: an endless one must not hide what follows. */
const STRING_MAX = 65_536;

const ESC = 0x1b;
type State = 'ground' | 'escape' | 'csi' | 'string';

/** Bytes that say which set G0 to G3 means, before a final that names the set. */
const CHARSET = '()*+';
const CHARSETS = new Set(['0', 'A', 'B']);
const ESCAPES = new Set('78DEHM=>c');
const PLAIN_FINALS = new Set('@ABCDEFGHIJKLMPSTXZ`abdefgmrsu');
/** Of those, the ones that nothing more is asked of. */
const MOVES = new Set('@ABCDEFGHIKLMPSTXZ`adefgr');
/** insert */
const PLAIN_MODES = new Set(['4']);
/** reverse, origin, wrap, cursor, alternate screens */
const PRIVATE_MODES = new Set(['5', '6', '7', '25', '47', '1047', '1048', '1049']);

/** A filter over one stream; sequences may be cut anywhere between two pushes. */
export class TerminalFilter {
  #state: State = 'ground';
  #sequence = '';
  #stringLength = 0;

  /** No sequence is open. */
  get isWhole(): boolean {
    return this.#state === 'ground';
  }

  /** What of `text` may pass. */
  push(text: string): string {
    let out = '';
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#state === 'ground') {
        if (isPlain(code)) continue;
        if (code === ESC) {
          const end = plainSequence(text, at);
          if (end > 0) {
            at = end;
            continue;
          }
        }
        out += text.slice(from, at) + this.#special(code);
        if (isTag(code)) at++;
      } else out += this.#inside(code);
      from = at + 1;
    }
    return this.#state === 'ground' || from < text.length ? out + text.slice(from) : out;
  }

  /** A character that is not plain text, outside a sequence. */
  #special(code: number): string {
    if (code === ESC) return this.#enter('escape', '');
    if (code === 0x9b) return this.#enter('csi', '');
    if (isStringStart(code - 0x40)) return this.#enter('string', '');
    if (isDirection(code) || isTag(code)) return '\ufffd';
    return code < 0x20 && isHarmless(code) ? String.fromCharCode(code) : '';
  }

  #inside(code: number): string {
    if (this.#state === 'string') return this.#string(code);
    if (code === ESC) return this.#enter('escape', '');
    if (code === 0x18 || code === 0x1a) return this.#enter('ground', '');
    if (code < 0x20) return isHarmless(code) ? String.fromCharCode(code) : '';
    if (code > 0x7e || this.#sequence.length >= SEQUENCE_MAX) return this.#enter('ground', '');
    return this.#state === 'csi' ? this.#csi(code) : this.#escape(code);
  }

  #escape(code: number): string {
    const character = String.fromCharCode(code);
    if (this.#sequence === '') {
      if (character === '[') return this.#enter('csi', '');
      if (isStringStart(code)) return this.#enter('string', '');
    }
    if (code < 0x30) {
      this.#sequence += character;
      return '';
    }
    const passes = passesEscape(this.#sequence, character);
    const whole = `\x1b${this.#sequence}${character}`;
    return this.#enter('ground', passes ? whole : '');
  }

  #csi(code: number): string {
    if (code < 0x40) {
      this.#sequence += String.fromCharCode(code);
      return '';
    }
    return this.#enter('ground', safeCsi(this.#sequence, String.fromCharCode(code)));
  }

  /** Ends with ST, BEL, CAN, SUB, or by its length. */
  #string(code: number): string {
    if (code === ESC) return this.#enter('escape', '');
    const isEnd = code === 0x9c || code === 7 || code === 0x18 || code === 0x1a;
    if (isEnd || ++this.#stringLength >= STRING_MAX) this.#enter('ground', '');
    return '';
  }

  #enter(state: State, out: string): string {
    this.#state = state;
    this.#sequence = '';
    this.#stringLength = 0;
    return out;
  }
}

const LETTERS = new Uint8Array(128);
for (const final of [...MOVES, 'm']) LETTERS[final.charCodeAt(0)] = 1;

/** Where a sequence ends that is movement or colour, whole and with small numbers: what nearly all are; 0 for any other. */
function plainSequence(text: string, from: number): number {
  if (text.charCodeAt(from + 1) !== 0x5b) return 0;
  let digits = 0;
  const limit = Math.min(text.length, from + SEQUENCE_MAX);
  for (let at = from + 2; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      if (++digits > 3) return 0;
    } else if (code === 0x3b || code === 0x3a) digits = 0;
    else return code < 128 && LETTERS[code] === 1 ? at : 0;
  }
  return 0;
}

/** Printable, and none of the characters that mislead an eye. */
function isPlain(code: number): boolean {
  if (code < 0x7f) return code >= 0x20 || code === 0x0a || code === 0x0d;
  if (code < 0x0600) return code >= 0xa0;
  return !isDirection(code) && !isTag(code);
}

/** The first half of a tag character, U+E0000 to U+E0FFF. */
function isTag(code: number): boolean {
  return code >= 0xdb40 && code <= 0xdb43;
}

function isDirection(code: number): boolean {
  if (code === 0x061c || code === 0xfeff) return true;
  if (code < 0x200e || code > 0xfffb) return false;
  return (
    code <= 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x206f) ||
    code >= 0xfff9
  );
}

/** BS, HT, LF, VT, FF, CR, SO, SI. */
function isHarmless(code: number): boolean {
  return code >= 0x08 && code <= 0x0f;
}

/** P (DCS), X (SOS), ] (OSC), ^ (PM), _ (APC). */
function isStringStart(code: number): boolean {
  return code === 0x50 || code === 0x58 || code === 0x5d || code === 0x5e || code === 0x5f;
}

function passesEscape(intermediates: string, final: string): boolean {
  if (intermediates === '') return ESCAPES.has(final);
  return intermediates.length === 1 && CHARSET.includes(intermediates) && CHARSETS.has(final);
}

/** The control sequence if it may pass, its numbers cut; else nothing. */
function safeCsi(sequence: string, final: string): string {
  if (final === 'm' && hasSmallNumbers(sequence)) return `\x1b[${sequence}m`;
  if (sequence === '!' && final === 'p') return '\x1b[!p';
  if (hasSmallNumbers(sequence) && MOVES.has(final)) return `\x1b[${sequence}${final}`;
  const isPrivate = sequence.startsWith('?');
  const body = isPrivate ? sequence.slice(1) : sequence;
  if (!/^[\d;:]*$/.test(body)) return '';
  const numbers = body.replace(/\d+/g, (digits) => String(Math.min(Number(digits), NUMBER_MAX * 2)));
  if (final === 'h' || final === 'l') return modes(numbers, final, isPrivate);
  if (isPrivate) return final === 'J' || final === 'K' ? `\x1b[?${numbers}${final}` : '';
  if (!PLAIN_FINALS.has(final)) return '';
  // Erasing what has scrolled away is not a program's business; `u` with numbers is a keyboard protocol.
  if ((final === 'J' && numbers === '3') || (final === 'u' && numbers !== '')) return '';
  return `\x1b[${cutCounts(numbers, final)}${final}`;
}

/** Only numbers below 1000 and what stands between them: what nearly every sequence is. */
function hasSmallNumbers(sequence: string): boolean {
  let digits = 0;
  for (let i = 0; i < sequence.length; i++) {
    const code = sequence.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code === 0x3a || code === 0x3b) digits = 0;
    else return false;
    if (digits > 3) return false;
  }
  return true;
}

/** Colours keep their numbers; counts and places end at what a screen has. */
function cutCounts(numbers: string, final: string): string {
  if (final === 'm') return numbers;
  return numbers.replace(/\d+/g, (digits) => String(Math.min(Number(digits), NUMBER_MAX)));
}

function modes(numbers: string, final: string, isPrivate: boolean): string {
  const known = isPrivate ? PRIVATE_MODES : PLAIN_MODES;
  const kept = numbers.split(';').filter((mode) => known.has(mode));
  return kept.length === 0 ? '' : `\x1b[${isPrivate ? '?' : ''}${kept.join(';')}${final}`;
}
