import { defaultRules, type MaskRules } from '../mask-rules.ts';
import type { Config, MaskConfig } from './config.ts';

/**
 * The rules of one target: the built-in ones, under the configuration's, under the target's own.
 * A kind that is named again takes the later mask (`off` drops it); a column rule takes the place
 * of an earlier one with its name and is looked at before the others.
 */
export function maskRules(config: Config, target: string): MaskRules {
  const own = config.targets.find((candidate) => candidate.name === target)?.mask ?? {};
  return [config.mask, own].reduce(withMask, defaultRules);
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
  return { detectors, columns: [...columns, ...rules.columns.filter(({ rule }) => !replaced.has(rule))] };
}
