import { defaultRules, type MaskRules } from '../mask-rules.ts';
import type { Config, MaskConfig } from './config.ts';
import { type KeyReader, maskKeys, readKey } from './mask-keys.ts';

/**
 * The rules of one target: the built-in ones, under the configuration's, under the target's own.
 * A kind that is named again takes the later mask (`off` drops it); a column rule or an expression
 * takes the place of an earlier one with its name and is looked at before the others. Throws
 * `config-invalid` or `file-unreadable` for a key that is not there.
 */
export function maskRules(config: Config, target: string, keyOf: KeyReader = readKey): MaskRules {
  const own = config.targets.find((candidate) => candidate.name === target)?.mask ?? {};
  const keys = maskKeys({ ...config.mask.keys, ...own.keys }, keyOf);
  const rules = [config.mask, own].reduce(withMask, defaultRules);
  return Object.keys(keys).length > 0 ? { ...rules, keys } : rules;
}

/** Rules with some more over them. */
export function withMask(rules: MaskRules, mask: Partial<MaskConfig>): MaskRules {
  const detectors = { ...rules.detectors };
  for (const [kind, choice] of Object.entries(mask.detectors ?? {})) {
    if (choice === 'off') delete detectors[kind];
    else detectors[kind] = { mask: choice };
  }
  const columns = (mask.columns ?? []).map(({ name, ...rest }) => ({ rule: name, ...rest }));
  const replaced = new Set(columns.map((column) => column.rule));
  const expressions = (mask.expressions ?? []).map(({ name, ...rest }) => ({ kind: name, ...rest }));
  const kinds = new Set(expressions.map((expression) => expression.kind));
  const all = [...expressions, ...(rules.expressions ?? []).filter(({ kind }) => !kinds.has(kind))];
  const { uncheckedBrands, numbers, held } = mask;
  return {
    ...rules,
    ...(uncheckedBrands && { uncheckedBrands }),
    ...(numbers && { numbers }),
    ...(held && { held }),
    detectors,
    columns: [...columns, ...rules.columns.filter(({ rule }) => !replaced.has(rule))],
    ...(all.length > 0 && { expressions: all }),
  };
}
