import type { Masker } from '../base/finding.ts';
import { full } from './full.ts';
import { partial } from './partial.ts';

/** Every way of masking, by its name in the configuration. */
export const maskers: ReadonlyMap<string, Masker> = new Map(
  [partial, full].map((masker) => [masker.name, masker]),
);
