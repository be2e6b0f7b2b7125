import type { Bytes } from '../base/bytes.ts';

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
];

/** One bit for each three characters by their low five bits, which tell letters and digits apart enough. */
const table: Uint8Array = new Uint8Array(1 << 15);
for (const ending of endings) {
  const [first, second, third] = [...ending].map((character) => character.charCodeAt(0) & 31);
  table[(first! << 10) | (second! << 5) | third!] = 1;
}

/** True if a name that ends at `at` may be one of a code or a PIN. */
export function endsKey(bytes: Bytes, at: number): boolean {
  if (at < 3) return false;
  return table[((bytes[at - 3]! & 31) << 10) | ((bytes[at - 2]! & 31) << 5) | (bytes[at - 1]! & 31)] !== 0;
}
