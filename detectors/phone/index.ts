import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Undecided } from '../../base/finding.ts';
import { DIGITS, isDigit, isWord } from '../ascii.ts';
import { yielding } from '../yielding.ts';

/**
 * Telephone numbers: the international form of ITU-T E.123 (`+` and eight to fifteen digits) and
 * the North American one, (212) 555-0123, with one separator at a time.
 */
export const phone: Detector = yielding({
  kind: 'phone',
  reachBytesMax: 36,
  leads: `${DIGITS}+(`,
  inside: false,
  next,
  judge,
});

const PLUS = 0x2b;
const OPENING = 0x28;
const CLOSING = 0x29;
const BYTES_MAX = 32;

function next(bytes: Bytes, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === PLUS || byte === OPENING) return at;
    if (isDigit(byte) && (at === from || !isDigit(bytes[at - 1]!)) && isSeparator(bytes[at + 3] ?? 0))
      return at;
  }
  return to;
}

function judge(bytes: Bytes, at: number, last: boolean): Finding | Undecided | null {
  if (isSeparator(bytes[at]!) || (at > 0 && (isWord(bytes[at - 1]!) || isSign(bytes[at - 1]!)))) return null;
  let to = at;
  let digits = 0;
  let end = at;
  let groups = '';
  for (; to - at < BYTES_MAX; to++) {
    if (to >= bytes.length) {
      if (!last) return 'undecided';
      break;
    }
    const byte = bytes[to]!;
    if (isDigit(byte)) {
      digits++;
      end = to + 1;
      groups += '9';
    } else if (isPart(byte) && (to === at || byte === OPENING || mayFollow(bytes[to - 1]!)))
      groups += String.fromCharCode(byte);
    else break;
  }
  if (end < bytes.length && isWord(bytes[end]!)) return null;
  const international = bytes[at] === PLUS && digits >= 8 && digits <= 15;
  if (!international && !/^(?:\(999\) ?|999[-. ])999[-. ]9999(?!9)/.test(groups)) return null;
  if (!international && digits !== 10) return null;
  return {
    kind: 'phone',
    from: at,
    to: end,
    reason: international ? 'phone-international' : 'phone-national',
  };
}

function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x2d || byte === 0x2e || byte === CLOSING;
}

/** A separator may stand behind a digit or a closing parenthesis. */
function mayFollow(before: number): boolean {
  return before === CLOSING || !isSeparator(before);
}

function isPart(byte: number): boolean {
  return byte === PLUS || byte === OPENING || isSeparator(byte);
}

function isSign(byte: number): boolean {
  return byte === PLUS || byte === 0x2d || byte === 0x2e || byte === 0x2f || byte === 0x5f;
}
