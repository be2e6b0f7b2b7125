import { createHash } from 'node:crypto';
import type { CustomRule } from '../detectors/index.ts';
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
  /** Keys of the masks `token` and `fpe`. They are no part of the rules' digest; their ids are. */
  readonly keys?: MaskKeys;
}

export interface MaskChoice {
  /** `partial`, `full`, ... as in docs/detection.md. */
  readonly mask: string;
}

export interface ColumnPatterns extends MaskChoice {
  /** The rule's name, for recordings. */
  readonly rule: string;
  /** What the columns hold: `pan`, `cvv`, ... */
  readonly kind: string;
  /** `cvv`, `cards.cvv` or `*.cvv`; `*` stands for any characters. Case does not count. */
  readonly columns: readonly string[];
}

/** SHA-256 in hex over the rules, with the ids of keys and without the keys. */
export function digestOf({ detectors, columns, expressions = [], keys }: MaskRules): string {
  const names = { token: keys?.token?.current, fpe: keys?.fpe?.scope };
  return createHash('sha256')
    .update(JSON.stringify({ detectors, columns, expressions, keys: names }))
    .digest('hex');
}

/** Kinds that PCI DSS 3.3.1 forbids to keep or show: their mask is always `full`. */
export const authenticationKinds: readonly string[] = ['cvv', 'track', 'emv', 'pin'];

export const defaultRules: MaskRules = {
  detectors: {
    pan: { mask: 'partial' },
    track: { mask: 'full' },
    emv: { mask: 'full' },
    cvv: { mask: 'full' },
    pin: { mask: 'full' },
  },
  columns: [
    {
      rule: 'verification-codes',
      kind: 'cvv',
      mask: 'full',
      columns: [
        'cvv',
        'cvv2',
        'cvc',
        'cvc2',
        'cvn',
        'cvn2',
        'cvd',
        'csc',
        'cid',
        'cav2',
        'cve',
        'cvx2',
        'card_cvv*',
        'card_cvc*',
        'cvv_code',
        'cvv_number',
        'card_verification*',
        'verification_value',
        'card_security*',
        'security_code',
        'card_code',
      ],
    },
    {
      rule: 'tracks',
      kind: 'track',
      mask: 'full',
      columns: [
        'track',
        'track1',
        'track2',
        'track3',
        'track_1',
        'track_2',
        'track_3',
        'track_data',
        'track?_data',
        'magstripe*',
      ],
    },
    {
      rule: 'pins',
      kind: 'pin',
      mask: 'full',
      columns: ['pin', 'pin_block', 'pinblock', 'card_pin', 'encrypted_pin', 'pin_hash'],
    },
  ],
};
