import { brands, detectors } from '../detectors/index.ts';
import { keyedMasks, maskers } from '../masking/index.ts';
import { protocols } from '../protocols/index.ts';
import type { Plugins } from './config/plugins.ts';

/** What the registries of the floor below hold. */
export const plugins: Plugins = {
  protocols,
  detectors: detectors.map((detector) => detector.kind),
  brands,
  masks: [...maskers.keys(), ...keyedMasks],
};
