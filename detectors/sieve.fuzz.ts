import { type Bytes, utf8 } from '../base/bytes.ts';
import { ANYWHERE, FRAMED_AFTER, FRAMED_BEFORE } from '../base/finding.ts';
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { detectors } from './index.ts';
import { luhn } from './pan/luhn.ts';
import { next } from './sieve.ts';

/** What stands between values, belongs to one of them, or spells a part of one. */
const GLUE: readonly string[] = [
  ...['', '', ' ', ' ', '-', '_', '.', 'a', 'F', 'D', 'x', '4', '00', '0000', '\0', ',', ':', '=', '"'],
  ...['card ', 'card_number: ', 'acct=', '"pan": "', 'cc:', 'visa ', 'trace', 'text ', '5F34', '9F26'],
  ...['\n', '\n\n', 'name="card_number"\r\n\r\n', '\\', '\\\\', '\\n', '%20', '%22', '%A3', '\\u0022'],
  ...['\\u00a3', '\\xA3', '&#52;', '\x1b[1m', '\u200b', '\u00a0', '2231 2237 '],
];
const PREFIXES: readonly string[] = ['4', '51', '2221', '34', '6011', '62', '36', '50', '8600', '1'];
const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4],
  [4, 4, 4, 4, 2],
  [4, 6],
  [5, 5],
  [6],
  [8],
  [4, 5],
];
const judged = detectors.filter(({ builtIn }) => builtIn);

/** Every judge is asked at every place: the prefilter stops before the first finding of each, or at it. */
export const fuzzer: Fuzzer = {
  name: 'sieve',
  round: (random) => check(random, next),
  canary: (random) => check(random, (bytes, from, to) => next(bytes, from + 1, to, 0) + 1),
};

function check(random: Random, sieve: typeof next): void {
  const bytes = drawn(random);
  const first = firstOf(bytes);
  if (first < 0) return;
  for (const framing of [0, FRAMED_BEFORE, FRAMED_BEFORE | FRAMED_AFTER]) {
    const stop = sieve(bytes, 0, bytes.length, framing);
    if (stop > first)
      throw new Error(`${stop} is behind ${first} in ${JSON.stringify(`${Buffer.from(bytes)}`)}`);
  }
}

function firstOf(bytes: Bytes): number {
  for (let at = 0; at < bytes.length; at++)
    for (const { leads, judge } of judged) {
      const found = leads[bytes[at]!] === 1 ? judge(bytes, at, true, ANYWHERE) : null;
      if (found !== null && found !== 'undecided') return at;
    }
  return -1;
}

function drawn(random: Random): Bytes {
  let text = '';
  for (let i = 1 + random.below(6); i > 0; i--) text += random.oneIn(2) ? value(random) : random.pick(GLUE);
  return utf8(text + 'z'.repeat(random.oneIn(2) ? 100 : 0));
}

function value(random: Random): string {
  const pan = numberOf(random);
  const data = `${pan}D3012101${digits(random, random.below(8))}`;
  const name = `42${hex(pan)}5e${hex('DOE/J^3012')}`;
  return random.pick([
    pan,
    grouped(pan, random.pick(GROUPINGS), random.pick([' ', '-', '.', '_', '+', '\u00a0'])),
    tag('5A', pan),
    tag('57', data),
    tag('56', name),
    tag('9F1F', digits(random, 16)),
    tag('99', digits(random, 16)),
    `${random.pick([';', 'B', '%B', ''])}${pan}${random.pick(['=', 'D', '^DOE/J^', ''])}30121010000?`,
    `${random.pick(['cvv=', '"cvc":"', 'name="cvv"\r\n\r\n', 'pin: '])}${digits(random, 3 + random.below(2))}`,
  ]);
}

/** A number of some brand and length, with its check digit. */
function numberOf(random: Random): string {
  const body = random.pick(PREFIXES).padEnd(12, digits(random, 12)) + digits(random, random.below(7));
  const all = Array.from({ length: 10 }, (_, last) => body + last);
  return all.find((number) => luhn(Uint8Array.from(number, Number), number.length))!;
}

function grouped(number: string, sizes: readonly number[], separator: string): string {
  let at = 0;
  const groups = sizes.map((size) => {
    at += size;
    return number.slice(at - size, at);
  });
  return [...groups, number.slice(at)].filter(Boolean).join(separator);
}

/** A tag of EMV, its length and its value, in hexadecimal text. */
function tag(name: string, value: string): string {
  const even = value.length % 2 === 0 ? value : `${value}F`;
  return name + (even.length / 2).toString(16).padStart(2, '0').toUpperCase() + even;
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}
