import type { Bytes } from '../../base/bytes.ts';
import type { Place } from '../../base/finding.ts';
import { keyBefore, latin1 } from '../key.ts';

/** What the surroundings of a number say: it is the value of a card field, ... */
export const FIELD = 3;
/** ... a word before it means a card and nothing else, ... */
export const CARD = 2;
/** ... a word before it has to do with cards, ... */
export const WORD = 1;
export const SILENT = 0;
/** ... or with numbers of another kind. */
export const AGAINST: number = -1;

/** Bytes before a number in which a word counts. */
const WORDS_BYTES_MAX = 48;

/** Names of fields that hold a card number, without separators, in lower case. */
const FIELD_NAME =
  /(?:card|cc|pan|pri(?:mary)?acc(?:oun)?t)(?:acc(?:oun)?t)?(?:no|nr|nbr|num|number|pan)?$|^(?:ci)?acc(?:oun)?t(?:no|nr|num|number)$/;
const OTHER_NAME =
  /imei|iban|sire[tn]|track(?:ing|id|no)|order|trace|span|uuid|guid|gtin|isbn|^ean|timestamp|phone|mobile|fax|session|request|event|serial|reference|transaction|token|zip|postal/;

/** Words in running text. The nearest one counts. */
const WORDS =
  /\b(?:(credit ?-?cards?|debit ?-?cards?|cards?|pan|cc|ccnum|ccno|visa|master ?card|maestro|amex|american express|diners(?: club)?|discover|jcb|union ?pay)|(credit|debit|track [123]|track|acct|accounts?|payments?)|(imei|iban|siret|siren|tracking|order|trace|span|uuid|guid|ean|gtin|isbn|timestamp|phone|tel|mobile|fax))(?![a-z])/g;

/** FIELD, CARD, WORD, SILENT or AGAINST for the number that starts at `at`. */
export function contextOf(bytes: Bytes, at: number, place: Place): number {
  const key = keyBefore(bytes, at);
  const name = plainName(key.name !== '' || place.kind === 'text' ? key.name : place.name);
  if (FIELD_NAME.test(name)) return FIELD;
  if (OTHER_NAME.test(name)) return AGAINST;
  const words = latin1(bytes, Math.max(0, at - WORDS_BYTES_MAX), at);
  const nearest = nearestWord(
    words
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replace(/_/g, ' ')
      .toLowerCase(),
  );
  return nearest === SILENT && place.kind === 'cell' ? nearestWord(wordsOf(place.name)) : nearest;
}

/** A cell under this name holds a card number and nothing else. */
export function namesCard(name: string): boolean {
  return name !== '' && FIELD_NAME.test(plainName(name));
}

function nearestWord(words: string): number {
  let nearest = SILENT;
  for (const [, card, near, other] of words.matchAll(WORDS))
    nearest = card !== undefined ? CARD : near !== undefined ? WORD : other !== undefined ? AGAINST : nearest;
  return nearest;
}

function wordsOf(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase();
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
