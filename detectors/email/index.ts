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
const ESCAPED_AT = '%40';
const DOT = 0x2e;
const DASH = 0x2d;
const local: Uint8Array = leads(`${UPPER}${LOWER}${DIGITS}_%+-.`);

function next(bytes: Bytes, from: number, to: number): number {
  for (let at = signIn(bytes, from, to); at < to; at = signIn(bytes, at + 1, to)) {
    let start = at;
    while (start > from && local[bytes[start - 1]!] === 1) start--;
    if (start < at) return start;
  }
  return to;
}

/** The first `@`, plain or as `%40`, in [from, to); `to` if there is none. */
function signIn(bytes: Bytes, from: number, to: number): number {
  const plain = bytes.subarray(from, to).indexOf(AT);
  const end = plain < 0 ? to : from + plain;
  const escaped = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).indexOf(ESCAPED_AT);
  return escaped < 0 ? end : from + escaped;
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  if (at > 0 && local[bytes[at - 1]!] === 1) return null;
  const span = spanOf(bytes, at, LOCAL_BYTES_MAX);
  if (span === bytes.length && !last && span - at <= LOCAL_BYTES_MAX) return 'undecided';
  const name = bytes[span] === AT ? span : signIn(bytes, at, span);
  if (name === bytes.length || name - at > LOCAL_BYTES_MAX || name === at || bytes[name - 1] === DOT)
    return null;
  if (bytes[name] !== AT && name === span) return null;
  const domain = name + (bytes[name] === AT ? 1 : ESCAPED_AT.length);
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
