import { createHmac } from 'node:crypto';
import { utf8 } from '../base/bytes.ts';
import type { Masker } from '../base/finding.ts';
import { digitsOf } from './digits.ts';
import { formAt } from './form.ts';
import { full } from './full.ts';

/** Keys of tokens by their id; new tokens use `current`, old ones can be made again with theirs. */
export interface TokenKeys {
  /** Letters, digits and dashes. */
  readonly current: string;
  /** At least 32 random bytes each. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** Bytes of the code that are kept: 128 bits. */
const CODE_BYTES = 16;

/**
 * The token of a card number: `tok_<key id>_<code>`, the code HMAC-SHA-256 over the digits in
 * ASCII, its first sixteen bytes in Base64 for URLs. The same number gives the same token for as
 * long as the key is current; `keyId` asks for the token under an older key.
 */
export function tokenOf(digits: string, { current, keys }: TokenKeys, keyId: string = current): string {
  const code = createHmac('sha256', keys.get(keyId)!).update(digits).digest().subarray(0, CODE_BYTES);
  return `tok_${keyId}_${code.toString('base64url')}`;
}

/** Tokens in place of card numbers (PCI DSS 3.5.1.1: a keyed hash of the whole number). */
export function tokenMasker(keys: TokenKeys): Masker {
  return {
    name: 'token',
    keepsLength: false,
    mask(text, finding, place) {
      const isText = formAt(text, finding, place) === 'verbatim' && finding.spelling === undefined;
      if (!isText || finding.kind !== 'pan') return full.mask(text, finding, place);
      const { values } = digitsOf(text.subarray(finding.from, finding.to), undefined);
      return utf8(tokenOf(values.join(''), keys));
    },
  };
}
