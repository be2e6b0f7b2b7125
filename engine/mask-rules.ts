import { createHash } from 'node:crypto';
import { type CustomRule, detectors, type Held } from '../detectors/index.ts';
import type { MaskKeys } from '../masking/index.ts';

/**
 * What to find and how to mask it: plain data, as the configuration gives it. The defaults are
 * right for PCI DSS 3.3 (sensitive authentication data is never shown) and 3.4 (of a PAN at most
 * the first six and last four digits are).
 */
export interface MaskRules {
  /** Detectors that are on, by kind, each with its mask. */
  readonly detectors: Readonly<Record<string, MaskChoice>>;
  /** Whole fields by where they come from. The first rule that names a column has it. */
  readonly columns: readonly ColumnPatterns[];
  /** Detectors of the operator's own, after all others. */
  readonly expressions?: readonly (CustomRule & MaskChoice)[];
  /**
   * Brands of whose numbers a card field may hold one without a valid check digit; without it those
   * that are known to give such numbers.
   */
  readonly uncheckedBrands?: readonly string[];
  /** What a number becomes that is found in a numeric column: NULL, or as many digits with zeros. */
  readonly numbers?: NumberMask;
  /** Without it a stream holds back as much as its detectors need. */
  readonly held?: Held;
  /** Keys of the masks `token` and `fpe`. They are no part of the rules' digest; their ids are. */
  readonly keys?: MaskKeys;
}

/** `absent`: NULL. `zeros`: a number without a valid check digit, whose hidden digits are zeros. */
export type NumberMask = 'absent' | 'zeros';

export interface MaskChoice {
  /** A mask's name: `partial`, `full`, ... */
  readonly mask: string;
}

export interface ColumnPatterns extends MaskChoice {
  /** The rule's name, for recordings. */
  readonly rule: string;
  /** What the columns hold: a detector's kind. */
  readonly kind: string;
  /** `cvv`, `cards.cvv` or `*.cvv`; `*` stands for any characters. Case does not count. */
  readonly columns: readonly string[];
}

/** SHA-256 in hex over the rules, with the ids of keys and without the keys. */
export function digestOf({ keys, expressions = [], detectors, columns, ...options }: MaskRules): string {
  const names = { token: keys?.token?.current, fpe: keys?.fpe?.scope };
  return createHash('sha256')
    .update(JSON.stringify({ detectors, columns, expressions, keys: names, ...options }))
    .digest('hex');
}

/** Kinds that are never kept or shown: their mask hides them whole. */
export const authenticationKinds: readonly string[] = detectors
  .filter(({ builtIn }) => builtIn?.isAuthentication)
  .map(({ kind }) => kind);

/** Those of the detectors themselves. */
export const defaultRules: MaskRules = {
  detectors: Object.fromEntries(
    detectors.flatMap(({ kind, builtIn }) => (builtIn ? [[kind, { mask: builtIn.mask }]] : [])),
  ),
  columns: detectors.flatMap(({ kind, builtIn }) =>
    builtIn?.columns
      ? [{ rule: builtIn.columns.rule, kind, mask: builtIn.mask, columns: builtIn.columns.names }]
      : [],
  ),
};
