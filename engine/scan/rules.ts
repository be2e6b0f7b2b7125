import type { MaskChoice, MaskRules } from '../mask-rules.ts';

/** Masks that show at most the first six and last four digits and move nothing. */
const SHOWN = new Set(['partial', 'full']);

/** The same findings, with masks fit for examples: any other mask becomes `full`. Keys are not needed. */
export function scanRules({ detectors, columns, expressions, uncheckedBrands, held }: MaskRules): MaskRules {
  return {
    ...(uncheckedBrands && { uncheckedBrands }),
    ...(held && { held }),
    detectors: Object.fromEntries(Object.entries(detectors).map(([kind, choice]) => [kind, fit(choice)])),
    columns: columns.map(fit),
    ...(expressions && { expressions: expressions.map(fit) }),
  };
}

function fit<Rule extends MaskChoice>(rule: Rule): Rule {
  return SHOWN.has(rule.mask) ? rule : { ...rule, mask: 'full' };
}
