import type { Bytes } from '../../base/bytes.ts';

/** What the nearest word before a number says of it. */
export const CARD = 2;
export const WORD = 1;
export const SILENT = 0;
export const AGAINST: number = -1;

/** Bytes before a number in which a word counts. */
const WORDS_BYTES_MAX = 48;

const words: ReadonlyMap<number, number> = new Map([
  ...entries(CARD, 'card cards pan cc ccnum ccno cardno cardnum cardnumber creditcard debitcard bankcard'),
  ...entries(CARD, 'visa mastercard maestro amex diners discover jcb unionpay rupay hipercard dankort verve'),
  ...entries(CARD, 'carte carta tarjeta karte kreditkarte kartennummer kaart kort karta kartu'),
  ...entries(WORD, 'credit debit express track acct account accounts payment payments'),
  ...entries(
    AGAINST,
    'imei iban siret siren tracking order trace span uuid guid ean gtin isbn timestamp phone tel mobile fax',
  ),
]);

function entries(answer: number, list: string): [number, number][] {
  return list.split(' ').map((word) => {
    let hash = 0;
    for (const character of word) hash = hashed(hash, character.charCodeAt(0));
    return [hash, answer];
  });
}

/** A hash of a word's letters, one at a time (FNV-1a's way with a smaller state). */
function hashed(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193) ^ 0x5bd1e995;
}

/** 1 at the low bits of each known word's hash: most other words are told by these alone. */
const known = new Uint8Array(4_096);
for (const hash of words.keys()) known[hash & (known.length - 1)] = 1;

/** CARD, WORD, SILENT or AGAINST: what the last word says that stands in the bytes before `at`. */
export function nearestWord(bytes: Bytes, at: number): number {
  let nearest = SILENT;
  let hash = 0;
  let before = 0;
  let start = 0;
  const from = wordStart(bytes, Math.max(0, at - WORDS_BYTES_MAX), at);
  for (let i = from; i <= at; i++) {
    const byte = i < at ? bytes[i]! : 0;
    const letter = byte | 0x20;
    const isLetter = letter >= 0x61 && letter <= 0x7a;
    const isCapital = isLetter && (byte & 0x20) === 0 && before !== 0 && (before & 0x20) !== 0;
    if ((!isLetter || isCapital) && hash !== 0) {
      if (known[hash & (known.length - 1)] !== 0 && !isHexTail(bytes, start, i))
        nearest = words.get(hash) ?? nearest;
      hash = 0;
    }
    if (isLetter && hash === 0) start = i;
    if (isLetter) hash = hashed(hash, letter);
    before = isLetter ? byte : 0;
  }
  return nearest;
}

/** Two or three letters behind a digit: the end of a hexadecimal number, no `cc`. */
function isHexTail(bytes: Bytes, from: number, to: number): boolean {
  return to - from <= 3 && from > 0 && bytes[from - 1]! >= 0x30 && bytes[from - 1]! <= 0x39;
}

/** The first place from `from` on where no word is cut in two. */
function wordStart(bytes: Bytes, from: number, at: number): number {
  if (from === 0) return 0;
  let start = from;
  while (start < at && isLetter(bytes[start - 1]!) && isLetter(bytes[start]!)) start++;
  return start;
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}
