import type { Bytes } from '../../base/bytes.ts';
import { characterAt, NOTHING, OPEN } from '../../base/character.ts';
import type { Place, Undecided } from '../../base/finding.ts';
import { namesCard } from './context.ts';
import type { PanVerdict } from './index.ts';
import { luhn } from './luhn.ts';
import { digitsMax, digitsMin, type SpelledNumber } from './number.ts';

/** Bytes of a cell that is a card number in some odd spelling. */
const CELL_BYTES_MAX = 128;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * A whole cell under the name of a card field, its digits apart by whatever separators, blanks
 * and line ends: nobody else's number is spelled like that there.
 */
export function cellVerdict(
  bytes: Bytes,
  at: number,
  last: boolean,
  place: Place,
  number: SpelledNumber,
): PanVerdict | Undecided | null {
  if (place.kind !== 'cell' || at !== 0 || !namesCard(place.name)) return null;
  if (bytes.length > CELL_BYTES_MAX) return null;
  if (!last) return 'undecided';
  let count = 0;
  for (let position = 0; position < bytes.length; ) {
    const character = characterAt(bytes, position);
    if (character === OPEN) return null;
    if (character >> 5 < 10) {
      if (count === digitsMax) return null;
      number.digits[count++] = character >> 5;
    } else if (character >> 5 > NOTHING && !isLineEnd(bytes[position]!)) return null;
    position += character & 31;
  }
  if (count < digitsMin || !luhn(number.digits, count)) return null;
  return { from: 0, to: bytes.length, reason: 'pan-field', hex: false };
}

function isLineEnd(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
