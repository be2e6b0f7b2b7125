/**
 * Names that say "card verification code" (PCI DSS glossary: CAV2, CVC2, CVN2, CVV2, CID), as
 * keys of texts and as columns. A name is compared without separators and in lower case; words
 * in front of it (`card`, a gateway's prefix) do no harm.
 */
const CODE =
  /(?:cvv2?|cvc2?|cvx2?|cvn2?|cvd2?|csc|cav2|cve|cvp2|cv2|ccv|fsv|cvvcode|cvcode|cvdcode|cvnum(?:ber)?|cvmvalue|cvvvalue|cvvnumber|cvcnumber|cvvnum)$/;
const SECURITY =
  /(?:security|verification|validation|sec|verif)(?:code|value|number|val|num|codevalue|str2)$|cardcode(?:value)?$|cardidnumber$|cardsecval$|^(?:account)?verification$/;
const WHOLE = /^(?:card)?cid$/;
const ANSWER =
  /(?:result|indicator|ind|response|resp|status|match|check|presence|type|required|request|flag|reason|message)(?:code|value)?$/;

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
  if (ANSWER.test(plain)) return false;
  return CODE.test(plain) || SECURITY.test(plain) || WHOLE.test(plain);
}

/** True for a name that says no more than that a code or a value follows. */
export function namesCode(name: string): boolean {
  return /^(?:code|value|number|num|val)$/i.test(name);
}
