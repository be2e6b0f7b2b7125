import { isDeepStrictEqual } from 'node:util';
import { type Bytes, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Finding, type Place, type Scanner } from '../base/finding.ts';
import { findings } from '../test/conformance/detector.ts';
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { pieces } from '../test/splits.ts';
import { createScanner, customDetector, detectors } from './index.ts';

/** Card data in its forms, parts of it, and what makes a scanner lose its place. */
const PARTS: readonly string[] = [
  ...[
    '4111111111111111',
    '4111 1111 1111 1111',
    '378282246310005',
    '3782-822463-10005',
    '6011000990139424',
    '1',
  ],
  ...[
    '%34%31%31%31',
    '\\u0034\\u0031',
    '&#52;&#49;',
    '&#x34;',
    '%201',
    '&nbsp;',
    '\u00a0',
    '\u200b',
    '\x1b[31m',
    '٤',
  ],
  ...[
    '%B4111111111111111^DOE/JANE^30121010000?',
    ';4111111111111111=30121010000?',
    '%25B',
    '^',
    '=',
    'D3012',
    '?',
  ],
  ...[
    '5A084111111111111111',
    '57114111111111111111D3012',
    '9F1F',
    '34313131313131313131313131313131',
    '3432',
    '42',
  ],
  ...['%22', '%20', '\\u0022', '\\x20', ' 2231 2237', ' 4012 8888 8888 1881', '.0', '.00,', '123-4', '%3D'],
  ...[
    '"cvv":"123"',
    '\\u0022cvv\\u0022:\\u0022123\\u0022',
    '&#34;',
    '\\x22',
    'cvv2=',
    'Security Code: ',
    '1234',
    '"code":"123"',
    'pin=',
    'name="cvv"\r\n\r\n',
    'name=\\"card[pin]\\"\\r\\n\\r\\n',
    'name="',
    '\r\n',
    '"pinBlock":"',
    '0412AC89ABCDEF67',
    '{',
    '}',
  ],
  ...[
    ' ',
    ' ',
    '-',
    '.',
    '_',
    '+',
    '\n',
    '\t',
    ',',
    '"',
    '\\',
    '\\"',
    '%',
    '&',
    '\x1b',
    '\xc2',
    'a',
    'card ',
    'text',
    '\0\0\0\x10',
  ],
];

/** Other data than cards, parts of it, and what it stands behind. */
const OTHERS: readonly string[] = [
  ...[
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_',
    'github_pat_',
    'glpat-',
    'xoxb-',
    'sk_live_',
    'AIza',
    'SG.',
    'npm_',
    'sk-',
  ],
  ...['abcdefghijklmnop0123456789', 'x1_Y2-z3'.repeat(5), 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
  ...[
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN ',
    '-----END ',
    'whsec_',
    'dop_v1_',
    'pypi-',
    'sq0atp-',
    'hvs.',
  ],
  ...[
    'password=',
    '"apiKey":"',
    "client_secret: '",
    '<token>',
    'pwd%3D',
    '\\u0022passwd\\u0022:',
    'secret&gt;',
    'hunter2',
  ],
  ...[
    'Authorization: Bearer ',
    '"authorization":"Basic ',
    'postgres://app:',
    'https://',
    'user',
    '@',
    '@host.example',
  ],
  ...['a.b@example.com', '%40', 'GB82WEST12345698765432', 'DE89 3704 0044 0532 0130 00', 'NL', '91'],
  ...[
    '+44 20 7946 0958',
    '+1 (212) 555-0123',
    '212-555-0123',
    '1-800-555-0199',
    '(212) 555',
    'phone=',
    '"tel_2": "',
  ],
  ...[
    '5550123',
    '123-45-6789',
    '123456789',
    'ssn ',
    'SSN no: ',
    'social security number ',
    'ssn_nr=',
    '078 05 1120',
  ],
];

const PLACES: readonly Place[] = [
  ANYWHERE,
  { name: 'card_number', kind: 'cell', form: 'verbatim' },
  { name: 'cvv', kind: 'cell', form: 'verbatim' },
  { name: 'pin', kind: 'cell', form: 'number' },
];

const cards: Scanner = createScanner(detectors.filter(({ yields }) => yields !== true));
const all: Scanner = createScanner([
  ...detectors,
  customDetector({ kind: 'id', pattern: 'ID-[0-9]+\\b', lengthBytesMax: 12 }),
]);

/** As `all`, but no prefilter of theirs spares other data than cards a look. */
const unsieved: Scanner = createScanner(
  detectors.map((detector) =>
    detector.yields === true ? { ...detector, next: (_, from) => from } : detector,
  ),
);
const sieved: Scanner = createScanner(detectors);

/** Settles what may still become a finding. */
function hasty(scanner: Scanner): Scanner {
  return {
    ...scanner,
    scan: (bytes, from, _last, place, report) => scanner.scan(bytes, from, true, place, report),
  };
}

/** However a text is cut, the findings are the same, and the prefilter passes none of them. */
export const fuzzer: Fuzzer = {
  name: 'scanner',
  round: (random) => check(random, (scanner) => scanner),
  canary: (random) => check(random, hasty),
};

function check(random: Random, broken: (scanner: Scanner) => Scanner): void {
  const scanner = random.oneIn(3) ? all : cards;
  const cut = broken(scanner);
  const bytes = draw(random);
  const place = random.oneIn(3) ? random.pick(PLACES) : ANYWHERE;
  const whole = findings(scanner, place, [bytes]);
  for (let i = 0; i < 4; i++) {
    const cuts = cutsOf(random, bytes.length);
    const found = findings(cut, place, pieces(bytes, cuts));
    if (!isDeepStrictEqual(found, whole))
      throw new Error(`${spans(found)} instead of ${spans(whole)} in ${shown(bytes)} cut ${how(cuts)}`);
  }
  if (place !== ANYWHERE) return;
  checkPrefilter(random, scanner, bytes, whole);
  const looked = findings(unsieved, place, [bytes]);
  const found = findings(sieved, place, [bytes]);
  if (!isDeepStrictEqual(found, looked))
    throw new Error(`${spans(found)} instead of ${spans(looked)} in ${shown(bytes)}`);
}

function checkPrefilter(random: Random, scanner: Scanner, bytes: Bytes, whole: readonly Finding[]): void {
  for (const { from, to } of whole) {
    const start = random.below(from + 1);
    const end = to + random.below(bytes.length - to + 1);
    if (scanner.next(bytes, start, end) > from)
      throw new Error(`next in [${start}, ${end}) of ${shown(bytes)} passes ${from}.`);
  }
}

function draw(random: Random): Bytes {
  let text = '';
  const count = 1 + random.below(12);
  for (let i = 0; i < count; i++) {
    const part = random.pick(random.oneIn(3) ? OTHERS : PARTS);
    text += random.oneIn(6) ? part.slice(random.below(part.length), 1 + random.below(part.length)) : part;
    if (random.oneIn(12)) text += 'x'.repeat(random.below(200));
  }
  return random.oneIn(10) ? Buffer.from(text, 'latin1') : utf8(text);
}

function cutsOf(random: Random, length: number): number[] {
  if (random.oneIn(6)) return Array.from({ length }, (_, i) => i);
  const count = 1 + random.below(6);
  return Array.from({ length: count }, () => random.below(length + 1)).sort((left, right) => left - right);
}

function how(cuts: readonly number[]): string {
  return cuts.length > 8 ? 'byte by byte' : `at ${cuts.join(', ')}`;
}

function spans(found: readonly Finding[]): string {
  return JSON.stringify(found.map(({ kind, from, to }) => [kind, from, to]));
}

function shown(bytes: Bytes): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}
