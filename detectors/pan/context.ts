import { type Bytes, utf8 } from '../../base/bytes.ts';
import type { Place } from '../../base/finding.ts';
import { keyBefore } from '../key.ts';
import { remembered } from '../names.ts';
import { AGAINST, nearestWord, SILENT } from './words.ts';

/** The number is the value of a card field: more than any word before it says. */
export const FIELD = 3;

/**
 * Names of fields that hold a card number, in lower case with underscores between their words:
 * `card` may be a part of a word, `cc` and `pan` may not (`span`, `bcc`).
 */
const FIELD_NAME =
  /(?:card|(?:^|_|card_?)(?:cc|[fd]?pan)|pri(?:mary)?_?acc(?:oun)?t)_?(?:acc(?:oun)?t)?_?(?:no|nr|nbr|num|number|pan)?$|^(?:ci_?)?acc(?:oun)?t_?(?:no|nr|nbr|num|number)$/;
const OTHER_NAME =
  /imei|iban|sire[tn]|track(?:ing|id|no)|order|trace|span|uuid|guid|gtin|isbn|^ean|timestamp|phone|mobile|fax|session|request|event|serial|reference|transaction|token|zip|postal/;

/** A value under this name is a card number and nothing else. */
export const namesCard: (name: string) => boolean = remembered((name) => FIELD_NAME.test(parted(name)));

const namesOther: (name: string) => boolean = remembered((name) => OTHER_NAME.test(plainName(name)));

function parted(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** FIELD, or what words.ts says, of the number that starts at `at`. */
export function contextOf(bytes: Bytes, at: number, place: Place): number {
  const key = keyBefore(bytes, at).name;
  const name = key !== '' || place.kind === 'text' ? key : place.name;
  if (name !== '' && namesCard(name)) return FIELD;
  if (name !== '' && namesOther(name)) return AGAINST;
  const nearest = nearestWord(bytes, at);
  if (nearest !== SILENT || place.kind === 'text' || place.name === '') return nearest;
  const words = utf8(place.name);
  return nearestWord(words, words.length);
}
