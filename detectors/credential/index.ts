import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Undecided } from '../../base/finding.ts';
import { next } from '../anchors.ts';
import { DIGITS, LOWER, UPPER } from '../ascii.ts';
import { type Key, keyBefore, latin1, wordBefore } from '../key.ts';
import { yielding } from '../yielding.ts';
import { namesCredential, schemes, tokens } from './forms.ts';

const TOKEN_BYTES_MAX = 512;
const VALUE_BYTES_MAX = 128;
const PEM_BYTES_MAX = 8_192;
const PEM_BEGIN = '-----BEGIN ';
const PEM_END = '-----END ';
const DASH = 0x2d;
const SLASH = 0x2f;
const SIGN = 0x40;
const COLON = 0x3a;

/**
 * Secrets: keys and tokens whose issuers gave them a form to be told by, private keys in PEM
 * (RFC 7468), credentials of HTTP (RFC 9110 11.4), and the values of keys that say password.
 */
export const credential: Detector = yielding({
  kind: 'credential',
  reachBytesMax: PEM_BYTES_MAX,
  far: { lead: DASH, beyondBytes: TOKEN_BYTES_MAX },
  leads: `${UPPER}${LOWER}${DIGITS}-_!#$%*+./?@^~`,
  inside: true,
  next,
  judge,
});

/** A word that may be a token begins here, or what an assigner may stand before. */
function begins(bytes: Bytes, at: number): boolean {
  if (tokens.leads[bytes[at]!] === 0 && !isBehindAssigner(bytes, at)) return false;
  return at === 0 || tokens.characters[bytes[at - 1]!] === 0;
}

function isBehindAssigner(bytes: Bytes, at: number): boolean {
  if (at === 0) return false;
  const before = bytes[at - 1]!;
  return (
    before === 0x3d ||
    before === 0x3a ||
    before === 0x3e ||
    before === 0x22 ||
    before === 0x27 ||
    before === 0x20
  );
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  if (!begins(bytes, at)) return null;
  if (bytes[at] === DASH) return judgePem(bytes, at, last);
  const to = spanOf(bytes, at, TOKEN_BYTES_MAX);
  if (to === bytes.length && !last && to - at < TOKEN_BYTES_MAX) return 'undecided';
  if (tokens.form.test(latin1(bytes, at, to)))
    return { kind: 'credential', from: at, to, reason: 'credential-token' };
  const key = keyBefore(bytes, at);
  if (key.name === '' ? isBehindScheme(bytes, at) : namesCredential(key.name))
    return judgeValue(bytes, at, last);
  return isUserInfo(bytes, key) ? judgePassword(bytes, at, last) : null;
}

/** The password of a URL, up to the `@`; without one it is a port. */
function judgePassword(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  let to = at;
  while (to < bytes.length && to - at < VALUE_BYTES_MAX && !endsValue(bytes[to]!)) {
    if (bytes[to] === SIGN)
      return to === at ? null : { kind: 'credential', from: at, to, reason: 'credential-key' };
    if (bytes[to++] === SLASH) return null;
  }
  return to === bytes.length && !last && to - at < VALUE_BYTES_MAX ? 'undecided' : null;
}

/** `Authorization: Bearer `, `"authorization": "Basic ` (RFC 9110 11.6.2). */
function isBehindScheme(bytes: Bytes, at: number): boolean {
  const word = wordBefore(bytes, at);
  return schemes.test(word.name) && /authorization$/i.test(keyBefore(bytes, word.from).name);
}

/** The user's name of a URL, `postgres://app:`, whose password follows (RFC 3986 3.2.1). */
function isUserInfo(bytes: Bytes, { from, name }: Key): boolean {
  if (from < 3 || name === '') return false;
  return bytes[from - 1] === SLASH && bytes[from - 2] === SLASH && bytes[from - 3] === COLON;
}

/** The value of a key that says so, up to a quote, a blank or what ends a value in a form or a tag. */
function judgeValue(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  let to = at;
  while (to < bytes.length && to - at < VALUE_BYTES_MAX && !endsValue(bytes[to]!)) to++;
  if (to === bytes.length && !last && to - at < VALUE_BYTES_MAX) return 'undecided';
  return to - at >= 4 ? { kind: 'credential', from: at, to, reason: 'credential-key' } : null;
}

function endsValue(byte: number): boolean {
  return (
    byte <= 0x20 ||
    byte === 0x22 ||
    byte === 0x27 ||
    byte === 0x26 ||
    byte === 0x3c ||
    byte === 0x2c ||
    byte === 0x3b ||
    byte === 0x5c
  );
}

function judgePem(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  const head = latin1(bytes, at, Math.min(bytes.length, at + 48));
  if (!head.startsWith(PEM_BEGIN.slice(0, head.length))) return null;
  if (head.length < 48 && !last) return 'undecided';
  if (!/^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(head)) return null;
  const all = latin1(bytes, at, Math.min(bytes.length, at + PEM_BYTES_MAX));
  const end = all.indexOf(PEM_END);
  if (end < 0 && !last && all.length < PEM_BYTES_MAX) return 'undecided';
  return { kind: 'credential', from: at, to: at + (end < 0 ? all.length : end), reason: 'credential-pem' };
}

function spanOf(bytes: Bytes, from: number, max: number): number {
  let to = from;
  while (to < bytes.length && to - from < max && tokens.characters[bytes[to]!] === 1) to++;
  return to;
}
