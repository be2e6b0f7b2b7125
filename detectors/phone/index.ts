import type { Bytes } from '../../base/bytes.ts';
import type { Detector, Finding, Place, Undecided } from '../../base/finding.ts';
import { next } from '../anchors.ts';
import { DIGITS, isDigit, isWord } from '../ascii.ts';
import { keyBefore } from '../key.ts';
import { remembered } from '../names.ts';
import { yielding } from '../yielding.ts';

/**
 * Telephone numbers: the international form of ITU-T E.123 (`+` and eight to fifteen digits) and
 * the North American one, (212) 555-0123, with one separator at a time; seven to fifteen digits
 * as the value of a field that says so.
 */
export const phone: Detector = yielding({
  kind: 'phone',
  reachBytesMax: 36,
  leads: `${DIGITS}+(`,
  inside: false,
  next,
  judge,
  heeds: ({ name, kind }) => kind === 'cell' && namesPhone(name),
});

const PLUS = 0x2b;
const OPENING = 0x28;
const CLOSING = 0x29;
const BYTES_MAX = 32;

function judge(bytes: Bytes, at: number, last: boolean, place: Place): Finding | Undecided | null {
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
  const reason = reasonOf(bytes, at, place, digits, groups);
  return reason === null ? null : { kind: 'phone', from: at, to: end, reason };
}

const NATIONAL = /^(?:1[-. ])?(?:\(999\) ?|999[-. ])999[-. ]9999(?!9)/;
/** Names of fields that hold a telephone number, without separators, in lower case. */
const NAME =
  /(?:phone|telephone|tel|mobile|cell|cellular|fax|msisdn|handy)(?:no|nr|num|number)?$|^(?:phone|mobile)[a-z]*number$/;

function reasonOf(bytes: Bytes, at: number, place: Place, digits: number, groups: string): string | null {
  if (bytes[at] === PLUS && digits >= 8 && digits <= 15) return 'phone-international';
  if (NATIONAL.test(groups.replace(/^9(?=[-. ])/, '1')) && digits <= 11) return 'phone-national';
  if (digits < 7 || digits > 15) return null;
  const name = place.kind === 'cell' && place.name !== '' ? place.name : keyBefore(bytes, at).name;
  return namesPhone(name) ? 'phone-field' : null;
}

const namesPhone = remembered((name) => NAME.test(name.toLowerCase().replace(/[^a-z]/g, '')));

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
