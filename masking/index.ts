import type { Masker } from '../base/finding.ts';
import { fixed } from './fixed.ts';
import { type FpeOptions, fpeMasker } from './fpe.ts';
import { full } from './full.ts';
import { nothing } from './null.ts';
import { bin, last4, partial, partialEight } from './partial.ts';
import { type TokenKeys, tokenMasker } from './token.ts';

export { digitsOf } from './digits.ts';
export { type FpeOptions, fpeReveal } from './fpe.ts';
export { type TokenKeys, tokenOf } from './token.ts';

/** Keys of the masks that need some. */
export interface MaskKeys {
  readonly token?: TokenKeys;
  readonly fpe?: FpeOptions;
}

/** Every way of masking without a key, by its name in the configuration. */
export const maskers: ReadonlyMap<string, Masker> = named([
  partial,
  partialEight,
  last4,
  bin,
  full,
  fixed,
  nothing,
]);

/** Names of the masks that need a key. */
export const keyedMasks: readonly string[] = ['token', 'fpe'];

/** Masks that leave digits in clear, and masks that leave a hash: never both of one number. */
export const truncating: readonly string[] = [partial, partialEight, last4, bin].map(({ name }) => name);
export const hashing: readonly string[] = ['token'];

/** Every way of masking that the keys at hand allow. */
export function createMaskers({ token, fpe }: MaskKeys): ReadonlyMap<string, Masker> {
  const keyed = [token && tokenMasker(token), fpe && fpeMasker(fpe)].filter((masker) => masker !== undefined);
  return new Map([...maskers, ...named(keyed)]);
}

function named(all: readonly Masker[]): ReadonlyMap<string, Masker> {
  return new Map(all.map((masker) => [masker.name, masker]));
}
