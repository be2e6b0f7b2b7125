import { utf8 } from '../base/bytes.ts';
import type { Masker } from '../base/finding.ts';
import { formAt } from './form.ts';
import { full } from './full.ts';

/**
 * `null` for a bare number of JSON or SQL, which takes it as the absence of a value. As a whole
 * field the cleaner gives SQL NULL; inside other text nothing but asterisks can stand for it.
 */
export const nothing: Masker = {
  name: 'null',
  keepsLength: false,
  mask(text, finding, place) {
    const isBare = place.form !== 'number' && formAt(text, finding, place) === 'number';
    return isBare ? utf8('null') : full.mask(text, finding, place);
  },
};
