import { test } from 'tap';
import { text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Detector } from '../base/finding.ts';
import { createScanner, customDetector, detectors } from './index.ts';
import { compilePattern, portablePattern, regexpEngine } from './regexp/pattern.ts';

function found(input: string, some: readonly Detector[] = detectors): string[] {
  const bytes = utf8(input);
  const all: string[] = [];
  createScanner(some).scan(bytes, 0, true, ANYWHERE, ({ kind, from, to }) =>
    all.push(`${kind}:${text(bytes.subarray(from, to))}`),
  );
  return all;
}

for (const [input, expected] of [
  ['mail <jane.doe+x@mail.example.org>, or', ['email:jane.doe+x@mail.example.org']],
  ['a@b @c.de x@y.z1 a.@b.org', []],
  ['?to=jane%40example.org&x=1 %40a.de a%40b', ['email:jane%40example.org']],
  ['IBAN GB82 WEST 1234 5698 7654 32.', ['iban:GB82 WEST 1234 5698 7654 32']],
  ['DE89370400440532013000', ['iban:DE89370400440532013000']],
  ['DE89370400440532013001 XX89370400440532013000', []],
  ['536-22-8741 and 536 22 8741', ['ssn:536-22-8741', 'ssn:536 22 8741']],
  ['000-22-8741 666-22-8741 900-22-8741 536-00-8741 536-22-0000 1536-22-8741 536-22-87412 536228741', []],
  ['ssn=536228741', ['ssn:536228741']],
  ['call (212) 555-0123 or 212.555.0123', ['phone:(212) 555-0123', 'phone:212.555.0123']],
  ['+44 20 7946 0018, +1 212 555 0123', ['phone:+44 20 7946 0018', 'phone:+1 212 555 0123']],
  ['1234 555-0123 +12 a+441234567890', []],
  ['1-212-555-0123 tel: 020 7946 0018', ['phone:1-212-555-0123', 'phone:020 7946 0018']],
  ['{"phone":"0612345678","id":"0612345678"}', ['phone:0612345678']],
  ['ssn 536228741, social security number 536228741', ['ssn:536228741', 'ssn:536228741']],
  ['Authorization: Bearer abcdefgh', ['credential:abcdefgh']],
  ['"authorization":"Basic dXNlcjpwYXNz"', ['credential:dXNlcjpwYXNz']],
  ['postgres://app:hunter2@db/x http://host:8080/a@b', ['credential:hunter2']],
  [
    `sk-ant-${'a1B2'.repeat(10)} hf_${'a1B2'.repeat(9)}`,
    [`credential:sk-ant-${'a1B2'.repeat(10)}`, `credential:hf_${'a1B2'.repeat(9)}`],
  ],
  ['key AKIAIOSFODNN7EXAMPLE!', ['credential:AKIAIOSFODNN7EXAMPLE']],
  ['{"password":"hunter2 x"}', ['credential:hunter2']],
  ['api_key=abcdefgh&x=1', ['credential:abcdefgh']],
  ['passwords: are hard', []],
] as const)
  test(`${JSON.stringify(input)} has ${expected.length} of them`, async (t) => {
    t.same(found(input), expected);
  });

test('a private key is found whole', async (t) => {
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA'.repeat(40)}\n`;
  t.same(found(`x\n${key}-----END RSA PRIVATE KEY-----\n`), [`credential:${key}`]);
  t.same(found('-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----'), []);
});

test('card data has precedence where something else begins before it', async (t) => {
  const greedy = customDetector({ kind: 'greedy', pattern: 'card [0-9]{6}' });
  t.same(found('card 4111111111111111 x', [...detectors, greedy]), ['greedy:card ', 'pan:4111111111111111']);
  t.same(found('card 411111 x', [...detectors, greedy]), ['greedy:card 411111']);
});

const PATTERNS: readonly (readonly [pattern: string, ignoreCase: boolean])[] = [
  ['EMP-[0-9]{4,6}\\b', false],
  ['^id: (\\w+)$', true],
  ['(?:ä|ö)+x?', true],
  ['[^\\x00-\\x7f]{2}', false],
  ['(a|aa)+b', false],
];

test('patterns match the same on both engines', {
  skip: regexpEngine === 're2js' && 're2 is not built',
}, async (t) => {
  const bytes = utf8('x EMP-12345 emp-123 id: abc ÄÖx aaaaab EMP-1234567 漢字 ö');
  for (const [pattern, ignoreCase] of PATTERNS) {
    const [native, portable] = [
      compilePattern('p', pattern, ignoreCase),
      portablePattern(pattern, ignoreCase),
    ];
    for (let from = 0; from < bytes.length; from++)
      t.same(native.find(bytes, from), portable.find(bytes, from), pattern);
  }
});

test('a hostile pattern does not stall, whatever the engine', async (t) => {
  const bytes = new Uint8Array(100_000).fill(0x61);
  for (const find of [compilePattern('p', '(a+)+$x', false), portablePattern('(a|a)*(a|a)*(a|a)*c', false)]) {
    const beganAt = performance.now();
    t.equal(find.find(bytes, 0), null);
    t.ok(performance.now() - beganAt < 5_000);
  }
});

for (const [what, pattern] of [
  ['no regular expression', '(['],
  ['a pattern that matches nothing at all', 'a*'],
  ['a pattern of too many characters', 'a'.repeat(1_025)],
  ['a pattern that grows too large', '((a{100}){100}){100}'],
  ['a look-behind', '(?<=a)b(?=c)'],
] as const)
  test(`${what} is an error of the configuration`, async (t) => {
    t.throws(() => customDetector({ kind: 'x', pattern }), { code: 'config-invalid' });
  });

test('what is longer than a rule allows is found in parts', async (t) => {
  const long = customDetector({ kind: 'x', pattern: 'a+', lengthBytesMax: 10 });
  t.same(found('aaaaaaaaaaaaaaaaaaaaaaaaa', [long]), ['x:aaaaaaaaaa', 'x:aaaaaaaaaa', 'x:aaaaa']);
});
