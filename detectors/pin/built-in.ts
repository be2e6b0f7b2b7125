import type { BuiltIn } from '../../base/finding.ts';

/** Columns of these names hold nothing else. */
export const builtIn: BuiltIn = {
  mask: 'full',
  isAuthentication: true,
  columns: {
    rule: 'pins',
    names: ['pin', 'pin_block', 'pinblock', 'card_pin', 'encrypted_pin', 'pin_hash'],
  },
};
