import type { BuiltIn } from '../../base/finding.ts';

/** Columns of these names hold nothing else. */
export const builtIn: BuiltIn = {
  mask: 'full',
  isAuthentication: true,
  columns: {
    rule: 'verification-codes',
    names: [
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
};
