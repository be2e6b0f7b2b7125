import type { BuiltIn } from '../../base/finding.ts';

/** Columns of these names hold nothing else. */
export const builtIn: BuiltIn = {
  mask: 'full',
  isAuthentication: true,
  columns: {
    rule: 'tracks',
    names: [
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
};
