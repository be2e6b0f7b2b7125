import { remembered } from '../names.ts';

/**
 * Names that say "card verification code" (PCI DSS glossary: CAV2, CVC2, CVN2, CVV2, CID) as keys
 * of texts and as columns, compared without separators and in lower case. Words in front of them
 * (`card`, a gateway's prefix) do no harm. What they end with stands in ../endings.ts.
 */
const MORE = '(?:code|value|number|num|val|(?<!2)n[or])?$';
/** What no other word ends with. */
const SURE = new RegExp(`(?:cvv|cvc)2?${MORE}|cv(?:code|value|number|num)$`);
/** What other words end with too (`rcvd`, `opencv2`): at the name's beginning, or after another word of it. */
const SHORT = new RegExp(`(?:^|_|card|cc)_?(?:cvx2?|cvn2?|cvd2?|csc|cav2|cve|cvp2|cv2|ccv2?|fsv)${MORE}`);
const LONG = /(?:security|verification|validation|verif)(?:code|value|number|val|num|str2)(?:value)?$/;
const WHOLE =
  /(?:^|card|cc)sec(?:code|value|val|num)$|^(?:card|cc)?cid$|^cardidnumber$|(?:^|account|card)verification$|cardcode(?:value)?$|^cvcode$|^cvmvalue$/;
/** The answer to a check of the code, or another code. */
const OTHER = /(?:result|indicator|response|resp|status|match|check|presence|social)/;

/** True if a value under this name is held to be a card verification code. */
export const namesCvv: (name: string) => boolean = remembered((name) => {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (OTHER.test(plain)) return false;
  return SURE.test(plain) || LONG.test(plain) || WHOLE.test(plain) || SHORT.test(parted(name));
});

/** The words of a name, with underscores between. */
function parted(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

/** True for a word that says so with nothing between it and the code but a blank. */
export const saysCvv: (words: string) => boolean = remembered((words) => {
  const plain = words.toLowerCase().replace(/[^a-z0-9 ]/g, '');
  return namesCvv(words) && !/^(?:.* )?(?:cve|cid)$/.test(plain) && /cv|csc|card|security/.test(plain);
});

/** True for a name that says no more than that a code or a value follows. */
export function namesCode(name: string): boolean {
  return /^(?:code|value|number|num|val)$/i.test(name);
}
