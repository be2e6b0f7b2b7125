import { remembered } from '../names.ts';

/**
 * Names that say "card verification code" (PCI DSS glossary: CAV2, CVC2, CVN2, CVV2, CID) as keys
 * of texts and as columns, compared without separators and in lower case. Words in front of them
 * (`card`, a gateway's prefix) do no harm. What they end with stands in ../endings.ts.
 */
const SHORT =
  /(?:cvv2?|cvc2?|cvx2?|cvn2?|cvd2?|csc|cav2|cve|cvp2|cv2|ccv|fsv)$|(?:cvv2?|cvc2?|cvx2?|cvn2?|cvd2?|cv2?|csc)(?:code|value|number|num|val)$/;
const LONG = /(?:security|verification|validation|sec|verif)(?:code|value|number|val|num|str2)(?:value)?$/;
const WHOLE =
  /^(?:cvmvalue|ccv|cardcid|cid|cardidnumber|cardsecval|(?:account|card)?verification)$|cardcode(?:value)?$|^cvcode$/;
/** The answer to a check of the code, not the code. */
const ANSWER = /(?:result|indicator|response|resp|status|match|check|presence)/;

/** True if a value under this name is held to be a card verification code. */
export const namesCvv: (name: string) => boolean = remembered((name) => {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return !ANSWER.test(plain) && (SHORT.test(plain) || LONG.test(plain) || WHOLE.test(plain));
});

/** True for a name that says no more than that a code or a value follows. */
export function namesCode(name: string): boolean {
  return /^(?:code|value|number|num|val)$/i.test(name);
}
