import { utf8 } from '../base/bytes.ts';
import type { Masker } from '../base/finding.ts';
import { formAt } from './form.ts';
import { full } from './full.ts';

/** The kind in brackets, `[PAN]`; digits where the text must stay a number. */
export const fixed: Masker = {
  name: 'fixed',
  keepsLength: false,
  mask(text, finding, place) {
    const isText = formAt(text, finding, place) === 'verbatim' && finding.spelling === undefined;
    return isText ? utf8(`[${finding.kind.toUpperCase()}]`) : full.mask(text, finding, place);
  },
};
