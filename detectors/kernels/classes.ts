import { endings } from './endings.ts';

/** What the prefilter has to know of a byte, as bits. The kernel and its twin share these tables. */
export const DIGIT = 1;
/** Space, dash, plus. */
export const SEPARATOR = 2;
/** Dot, underscore, and what shares their bits: separators four to six digits apart. */
export const DOTTED = 4;
export const ASSIGNER = 8;
/** Begins a character in some other spelling. */
export const ESCAPE = 16;
/** May stand between a key and its assigner, and between that and the value. */
export const GAP = 32;
/** A run of digits between such bytes is a number of its own: blanks, control bytes, brackets. */
export const ORDINARY = 64;
/** A byte of binary framing. */
export const FRAMING = 128;

export const classes: Uint8Array = new Uint8Array(256);
classify('0123456789', DIGIT);
classify(' -+', SEPARATOR);
classify('._/^', DOTTED);
classify('=:>', ASSIGNER);
classify('%&\\\x1b\xc2\xd9\xdb\xe2\xe3\xef', ESCAPE);
classify(' \t"\'\\`])#', GAP);
classify(' ,|()[]{}"\'', ORDINARY);
for (let byte = 0; byte < 0x20; byte++) if (byte !== 0x1b) classes[byte]! |= ORDINARY | FRAMING;
for (const byte of [0x09, 0x0a, 0x0d]) classes[byte]! &= ~FRAMING;

function classify(characters: string, bit: number): void {
  for (const character of characters) classes[character.charCodeAt(0)]! |= bit;
}

/** One bit for each three characters, by the low five bits of each, that may end a key. */
export const endingBits: Uint8Array = new Uint8Array(1 << 12);
for (const ending of endings) {
  const index = indexOf(ending.charCodeAt(0), ending.charCodeAt(1), ending.charCodeAt(2));
  endingBits[index >> 3]! |= 1 << (index & 7);
}

function indexOf(one: number, two: number, three: number): number {
  return ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);
}

/** True if a name that ends at `at` may be one of a code or a PIN. */
export function endsKey(bytes: Uint8Array, at: number): boolean {
  if (at < 3) return false;
  const one = bytes[at - 3]!;
  const two = bytes[at - 2]!;
  const index = indexOf(one, two, bytes[at - 1]!);
  return (one & two & 0x40) !== 0 && ((endingBits[index >> 3]! >> (index & 7)) & 1) !== 0;
}
