import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Undecided } from '../../base/finding.ts';
import { DIGITS, isWord, LOWER, UPPER } from '../ascii.ts';
import { leads } from '../sieve.ts';
import { yielding } from '../yielding.ts';

/** E-mail addresses as they are used (a part of RFC 5321 4.1.2): dotted atoms, a domain with a dot. */
export const email: Detector = yielding({
  kind: 'email',
  reachBytesMax: 160,
  leads: `${UPPER}${LOWER}${DIGITS}_%+-`,
  inside: true,
  next,
  judge,
});

const LOCAL_BYTES_MAX = 64;
const DOMAIN_BYTES_MAX = 90;
const AT = 0x40;
const DOT = 0x2e;
const DASH = 0x2d;
const local: Uint8Array = leads(`${UPPER}${LOWER}${DIGITS}_%+-.`);

function next(bytes: Bytes, from: number, to: number): number {
  for (let at = bytes.subarray(from, to).indexOf(AT); at >= 0; ) {
    let start = from + at;
    while (start > from && local[bytes[start - 1]!] === 1) start--;
    if (start < from + at) return start;
    const more = bytes.subarray(from + at + 1, to).indexOf(AT);
    at = more < 0 ? -1 : at + 1 + more;
  }
  return to;
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  if (at > 0 && local[bytes[at - 1]!] === 1) return null;
  const name = spanOf(bytes, at, LOCAL_BYTES_MAX);
  if (name === bytes.length) return last || name - at > LOCAL_BYTES_MAX ? null : 'undecided';
  if (bytes[name] !== AT || name - at > LOCAL_BYTES_MAX || bytes[name - 1] === DOT) return null;
  const domain = name + 1;
  let to = domain;
  while (to < bytes.length && to - domain <= DOMAIN_BYTES_MAX && isDomain(bytes[to]!)) to++;
  if (to === bytes.length && !last && to - domain <= DOMAIN_BYTES_MAX) return 'undecided';
  while (to > domain && !isWord(bytes[to - 1]!)) to--;
  return isDotted(bytes, domain, to) ? { kind: 'email', from: at, to, reason: 'email' } : null;
}

function spanOf(bytes: Bytes, from: number, max: number): number {
  let to = from;
  while (to < bytes.length && to - from <= max && local[bytes[to]!] === 1) to++;
  return to;
}

function isDomain(byte: number): boolean {
  return isWord(byte) || byte === DOT || byte === DASH;
}

/** Labels with a dot between, the last one of two letters or more. */
function isDotted(bytes: Bytes, from: number, to: number): boolean {
  let label = to;
  while (label > from && bytes[label - 1] !== DOT) label--;
  if (label - from < 2 || to - label < 2 || bytes[from] === DOT) return false;
  for (let i = label; i < to; i++) if (bytes[i]! < 0x41) return false;
  return true;
}
