import type { Bytes } from '../../base/bytes.ts';
import { contextBytesMax, type Place } from '../../base/finding.ts';
import { keyBefore, latin1 } from '../key.ts';

/** What the surroundings of a number say. */
export const FIELD = 2;
export const WORD = 1;
export const SILENT = 0;
export const AGAINST: number = -1;

/** Bytes before a number in which a word about cards counts. */
const WORDS_BYTES_MAX = 48;

const CARD_FIELD =
  /(?:card|cc|pan|pri(?:mary)?acc(?:oun)?t)(?:acc(?:oun)?t)?(?:no|nr|nbr|num|number|pan)?$|^acc(?:oun)?t(?:no|nr|num|number)$/;
const CARD_WORD =
  /\b(?:card|cards|pan|cc|ccnum|credit|debit|visa|master ?card|maestro|amex|american express|diners|discover|jcb|unionpay|track|acct|payment)/;
const OTHER_FIELD =
  /imei|iban|siret|siren|tracking|order|trace|span|uuid|guid|\bean\b|gtin|isbn|timestamp|phone|mobile|fax|session|request|event|serial/;

/** FIELD, WORD, SILENT or AGAINST for the number that starts at `at`. */
export function contextOf(bytes: Bytes, at: number, place: Place): number {
  const key = keyBefore(bytes, at);
  const name = key.name !== '' || place.kind === 'text' ? key.name : place.name;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (CARD_FIELD.test(plain)) return FIELD;
  const words = latin1(bytes, Math.max(0, at - Math.min(WORDS_BYTES_MAX, contextBytesMax)), at).toLowerCase();
  if (OTHER_FIELD.test(plain) || OTHER_FIELD.test(words)) return AGAINST;
  return CARD_WORD.test(words) || (place.kind === 'cell' && CARD_WORD.test(place.name.toLowerCase()))
    ? WORD
    : SILENT;
}
