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

const known = new Map<string, boolean>();
const KNOWN_MAX = 4096;

/** True if a value under this name is held to be a card verification code. */
export function namesCvv(name: string): boolean {
  if (name.length < 3) return false;
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  if (known.size >= KNOWN_MAX) known.clear();
  const judged = judgeName(name);
  known.set(name, judged);
  return judged;
}

function judgeName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return !ANSWER.test(plain) && (SHORT.test(plain) || LONG.test(plain) || WHOLE.test(plain));
}

/** True for a name that says no more than that a code or a value follows. */
export function namesCode(name: string): boolean {
  return /^(?:code|value|number|num|val)$/i.test(name);
}
