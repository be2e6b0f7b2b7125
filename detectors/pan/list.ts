import type { Bytes } from '../../base/bytes.ts';
import { OPEN } from '../../base/character.ts';
import { FREE, JOINED } from './boundary.ts';
import { issuer, STRONG } from './brand.ts';
import { luhn } from './luhn.ts';

/** Groups of four digits that are looked at on either side: as many as one more card number has. */
const GROUPS_MAX = 4;
/** So many more groups make a list; one may be an expiry date. */
const LIST_GROUPS_MIN = 2;
/** A group and its separator. */
const STEP_BYTES = 5;

const digits = new Uint8Array(4 * GROUPS_MAX);

/**
 * Whether the groups of four digits in [from, to) go on beyond their number, as in a table of
 * numbers: FREE, JOINED in such a list, OPEN if the bytes end too soon to say. Card numbers in a
 * row are no list.
 */
export function listing(bytes: Bytes, from: number, to: number, last: boolean): number {
  const separator = bytes[from + STEP_BYTES - 1]!;
  let before = 0;
  while (before < GROUPS_MAX && isGroup(bytes, from - STEP_BYTES * (before + 1), separator)) before++;
  if (isCard(bytes, from - STEP_BYTES * before, before)) return FREE;
  let after = 0;
  for (let at = to; after < GROUPS_MAX; at += STEP_BYTES, after++) {
    if (at === bytes.length && !last) return OPEN;
    if (bytes[at] !== separator) break;
    const end = groupEnd(bytes, at + 1);
    if (end === bytes.length && end - at <= STEP_BYTES && !last) return OPEN;
    if (end - at !== STEP_BYTES) break;
  }
  if (isCard(bytes, to + 1, after)) return FREE;
  return before + after >= LIST_GROUPS_MIN ? JOINED : FREE;
}

/** A whole group of four digits starts at `at`, and a separator stands behind it. */
function isGroup(bytes: Bytes, at: number, separator: number): boolean {
  if (at < 0 || bytes[at + STEP_BYTES - 1] !== separator || isDigit(bytes[at - 1])) return false;
  return groupEnd(bytes, at) === at + STEP_BYTES - 1;
}

/** The end of at most five digits at `at`. */
function groupEnd(bytes: Bytes, at: number): number {
  let end = at;
  while (end < bytes.length && end - at < STEP_BYTES && isDigit(bytes[end])) end++;
  return end;
}

/** Four groups from `at` on are a card number themselves. */
function isCard(bytes: Bytes, at: number, groups: number): boolean {
  if (groups !== GROUPS_MAX) return false;
  for (let i = 0; i < digits.length; i++) digits[i] = bytes[at + STEP_BYTES * (i >> 2) + (i & 3)]! - 0x30;
  return luhn(digits, digits.length) && (issuer(digits, digits.length) & STRONG) !== 0;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
