/** The end of `name=`, behind which the name of a part of a multipart form stands. */
export const partEnding = 'ame';

/** The last two letters of every name that pan/context.ts takes for a card field's, in lower case. */
export const fieldEndings: readonly string[] = ['rd', 'cc', 'an', 'ct', 'nt', 'no', 'nr', 'br', 'um', 'er'];

/**
 * The last three characters of every name that cvv/keys.ts and pin/keys.ts take, in lower case:
 * what a prefilter can afford to look at. Their tests hold the names to this list.
 */
export const endings: readonly string[] = [
  ...[
    'cvv',
    'vv2',
    'cvc',
    'vc2',
    'cvx',
    'vx2',
    'cvn',
    'vn2',
    'cvd',
    'vd2',
    'csc',
    'av2',
    'cve',
    'vp2',
    'cv2',
  ],
  ...['ccv', 'fsv', 'cid', 'ode', 'lue', 'ber', 'num', 'val', 'tr2', 'ion', 'pin', 'ock', 'ata'],
  ...['vno', 'vnr', 'cno', 'cnr', '_no', '_nr'],
];
