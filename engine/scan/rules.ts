import type { MaskRules } from '../mask-rules.ts';

/** Masks that show at most the first six and last four digits and move nothing. */
const SHOWN = new Set(['partial', 'full']);

/** The same findings, with masks fit for examples: any other mask becomes `full`. */
export function scanRules({ detectors, columns }: MaskRules): MaskRules {
  const fit = (mask: string): string => (SHOWN.has(mask) ? mask : 'full');
  return {
    detectors: Object.fromEntries(
      Object.entries(detectors).map(([kind, { mask }]) => [kind, { mask: fit(mask) }]),
    ),
    columns: columns.map((column) => ({ ...column, mask: fit(column.mask) })),
  };
}
