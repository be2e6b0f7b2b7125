import type { Bytes } from '../../base/bytes.ts';
import { characterAt, NOTHING, OPEN } from '../../base/character.ts';
import type { Place } from '../../base/finding.ts';
import { namesCard } from './context.ts';
import { luhn } from './luhn.ts';
import { digitsMax, digitsMin, type SpelledNumber } from './number.ts';

/** Bytes of a cell that is a card number in some odd spelling. */
const CELL_BYTES_MAX = 128;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * A whole cell under the name of a card field, its digits apart by whatever separators, blanks
 * and line ends: nobody else's number is spelled like that there. Null if its end must come first.
 */
export function cellHolds(bytes: Bytes, last: boolean, place: Place, number: SpelledNumber): boolean | null {
  if (bytes.length > CELL_BYTES_MAX || !namesCard(place.name)) return false;
  if (!last) return null;
  let count = 0;
  for (let position = 0; position < bytes.length; ) {
    const character = characterAt(bytes, position);
    if (character === OPEN) return false;
    if (character >> 5 < 10) {
      if (count === digitsMax) return false;
      number.digits[count++] = character >> 5;
    } else if (character >> 5 > NOTHING && !isLineEnd(bytes[position]!)) return false;
    position += character & 31;
  }
  return count >= digitsMin && luhn(number.digits, count);
}

function isLineEnd(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
