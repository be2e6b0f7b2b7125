import { PangateError } from '../base/errors.ts';
import type { MaskRules } from '../engine/mask-rules.ts';
import type { openConfig } from './open-config.ts';

/** The options by which offline verbs are told what to look for. */
export interface MaskOption {
  readonly config?: string;
  readonly target?: string;
  /** `kind=mask` or `kind=off`. */
  readonly mask?: readonly string[];
  /** `pattern=kind` or `pattern=kind:mask`. */
  readonly column?: readonly string[];
}

/** The rules that the options ask for. Throws `argument-invalid`; what the words mean is checked later. */
export async function redactRules(options: MaskOption, open: typeof openConfig): Promise<MaskRules> {
  const { defaultRules } = await import('../engine/mask-rules.ts');
  const { maskRules, withMask } = await import('../engine/config/rules.ts');
  const base = options.config
    ? maskRules((await open({ config: options.config })).config, options.target ?? '')
    : defaultRules;
  return withMask(base, {
    detectors: Object.fromEntries((options.mask ?? []).map(parseMask)),
    columns: (options.column ?? []).map(parseColumn),
  });
}

function parseMask(text: string): [string, string] {
  const match = /^([a-z0-9-]+)=([a-z0-9-]+)$/.exec(text);
  if (match) return [match[1]!, match[2]!];
  throw new PangateError(
    'argument-invalid',
    `--mask ${text}`,
    'Write kind=mask, such as --mask pan=full or --mask iban=off.',
  );
}

function parseColumn(text: string): { name: string; columns: string[]; kind: string; mask: string } {
  const match = /^([^=]+)=([a-z0-9-]+)(?::([a-z0-9-]+))?$/.exec(text);
  if (match) return { name: match[1]!, columns: [match[1]!], kind: match[2]!, mask: match[3] ?? 'full' };
  throw new PangateError(
    'argument-invalid',
    `--column ${text}`,
    'Write pattern=kind or pattern=kind:mask, such as cvv*=cvv.',
  );
}
