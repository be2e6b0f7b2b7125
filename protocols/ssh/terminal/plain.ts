import type { Bytes } from '../../../base/bytes.ts';

/** Bytes that may begin something else than text: controls but LF and HT, DEL; the lead of C1. */
const special: Uint8Array = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte++) special[byte] = 1;
special[0x09] = 0;
special[0x0a] = 0;
special[0x7f] = 1;
special[0xc2] = 1;

const CR = 0x0d;
const LF = 0x0a;
const C1_LEAD = 0xc2;

/**
 * The first offset at or after `from` at which a terminal may do something else than write on:
 * `bytes.length` if there is none. CR is plain right before LF. At memory speed: words of four
 * bytes without any control or any byte above 0x7E take one test.
 */
export function plainEnd(bytes: Bytes, from: number): number {
  const words = wordsOf(bytes);
  const offset = bytes.byteOffset & 3;
  let at = from;
  while (at < bytes.length) {
    if (((at + offset) & 3) === 0) at = skipWords(words, at + offset, bytes.length + offset) - offset;
    const stop = Math.min(bytes.length, at + 4 - ((at + offset) & 3));
    for (; at < stop; at++) if (special[bytes[at]!] !== 0 && !isHarmless(bytes, at)) return at;
  }
  return at;
}

function isHarmless(bytes: Bytes, at: number): boolean {
  const byte = bytes[at];
  if (byte === CR) return bytes[at + 1] === LF;
  return byte === C1_LEAD && bytes[at + 1]! >= 0xa0;
}

/** The memory in words; offsets count from the word in which the bytes begin. */
function wordsOf(bytes: Bytes): Uint32Array {
  const from = bytes.byteOffset & ~3;
  const to = bytes.byteOffset + bytes.length;
  return new Uint32Array(bytes.buffer, from, (to - from) >> 2);
}

/** From a word's start: the start of the first word that holds a byte below 0x20 or above 0x7E. */
function skipWords(words: Uint32Array, at: number, to: number): number {
  const last = Math.min(words.length, to >> 2);
  let index = at >> 2;
  for (; index < last; index++) {
    const word = words[index]!;
    if (((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) !== 0) break;
  }
  return index << 2;
}
