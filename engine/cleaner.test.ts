import { test } from 'tap';
import { text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Place } from '../base/finding.ts';
import { createCleaner } from './cleaner.ts';
import { defaultRules } from './mask-rules.ts';

const cleaner = createCleaner(defaultRules);

function cleaned(input: string, place: Place = ANYWHERE): string {
  return text(cleaner.clean(utf8(input), place));
}

const examples: readonly (readonly [what: string, input: string, output: string])[] = [
  ['a bare number', 'pay 4111111111111111 now', 'pay 411111******1111 now'],
  ['spaces', '4111 1111 1111 1111', '4111 11** **** 1111'],
  ['dashes', 'x 3782-822463-10005', 'x 3782-82****-*0005'],
  ['a JSON string', '{"a":"4111111111111111"}', '{"a":"411111******1111"}'],
  ['a JSON number', '{"a":4111111111111111}', '{"a":4111110000001111}'],
  ['a JSON list of numbers', '[1, 4111111111111111]', '[1, 4111110000001111]'],
  ['JSON escapes', '"\\u0034111111111111111"', '"\\u003411111******1111"'],
  ['percent escapes', 'a=%34111%201111%201111%201111&', 'a=%34111%2011**%20****%201111&'],
  ['XML references', '<a>411111111111&#49;111</a>', '<a>411111******&#49;111</a>'],
  ['a verification code by its key', '{"cvv": "123", "x": "123"}', '{"cvv": "***", "x": "123"}'],
  ['a verification code in a form', 'a=1&cvv2=1234&b=123', 'a=1&cvv2=****&b=123'],
  ['a verification code in XML', '<CVC2>123</CVC2>', '<CVC2>***</CVC2>'],
  ['a verification code in escaped form', '%3Ccvd%3E123%3C/cvd', '%3Ccvd%3E***%3C/cvd'],
  ['a failed check digit', '4111111111111112', '4111111111111112'],
  ['an address', '192.168.100.200 10.0.0.1', '192.168.100.200 10.0.0.1'],
  ['a timestamp', '2026-11-23 18:15:06.123456', '2026-11-23 18:15:06.123456'],
  ['a decimal', '3.4111111111111111', '3.4111111111111111'],
];

for (const [what, input, output] of examples)
  test(`${what} is masked as it should be`, async (t) => {
    t.equal(cleaned(input), output);
    for (const size of [1, 2, 3, 7]) t.equal(streamed(input, size), output, `in pieces of ${size}`);
  });

function streamed(input: string, size: number): string {
  const stream = cleaner.stream(ANYWHERE);
  const bytes = utf8(input);
  let output = '';
  for (let at = 0; at < bytes.length; at += size)
    for (const view of stream.push(Buffer.from(bytes.subarray(at, at + size)), false)) output += text(view);
  for (const view of stream.push(new Uint8Array(0), true)) output += text(view);
  return output;
}

test('a mask is written in place', async (t) => {
  const bytes = utf8('4111111111111111');
  t.equal(cleaner.clean(bytes, ANYWHERE).buffer, bytes.buffer);
  t.equal(text(bytes), '411111******1111');
});

test('a column rule covers a value whatever it holds', async (t) => {
  const rule = cleaner.column('CVV2', 'cards');
  t.match(rule, { kind: 'cvv', mask: 'full' });
  t.equal(text(cleaner.cover(utf8('123'), rule!, { name: 'cvv2', kind: 'cell', form: 'verbatim' })!), '***');
  t.equal(text(cleaner.cover(utf8('123'), rule!, { name: 'cvv2', kind: 'cell', form: 'number' })!), '100');
  t.equal(cleaner.column('id', 'cards'), null);
});

test('rules that would show authentication data are an error', async (t) => {
  t.throws(() => createCleaner({ detectors: { cvv: { mask: 'partial' } }, columns: [] }), {
    code: 'config-invalid',
  });
  t.throws(() => createCleaner({ detectors: { unknown: { mask: 'full' } }, columns: [] }), {
    code: 'config-invalid',
  });
});

const FIELD: Place = { name: 'card_number', kind: 'cell', form: 'verbatim' };

for (const [what, number, uncheckedBrands, isFound] of [
  ['of a brand that gives such numbers', '6200000000000004', undefined, true],
  ['of hipercard, whose digits begin as those of others', '3841000000000001', undefined, true],
  ['of such a brand that the rules leave out', '6200000000000004', ['rupay'], false],
  ['of another brand', '4111111111111112', undefined, false],
  ['of a brand that the rules name', '4111111111111112', ['visa'], true],
  ['of an old brand of fifteen digits that the rules name', '201400000000001', ['enroute'], true],
] as const)
  test(`in a card field a number ${what} without a valid check digit is ${isFound ? 'found' : 'no finding'}`, async (t) => {
    const rules = { ...defaultRules, ...(uncheckedBrands && { uncheckedBrands }) };
    const cleaner = createCleaner(rules);
    const reasons = (text: string, place: Place) =>
      cleaner.find(utf8(text), place).map(({ reason }) => reason);
    const expected = isFound ? ['pan-exempt'] : [];
    t.same(reasons(number, FIELD), expected);
    t.same(reasons(`${'x '.repeat(99)}{"cardNumber":"${number}","n":1}`, ANYWHERE), expected);
    t.same(reasons(number, ANYWHERE), [], 'and never outside of one');
  });

test('a brand that the table has not, and a cap below what a token may need, are errors', async (t) => {
  for (const wrong of [{ uncheckedBrands: ['vise'] }, { held: { bytesMax: 1_023, beyond: 'mask' } }] as const)
    t.throws(() => createCleaner({ ...defaultRules, ...wrong }), { code: 'config-invalid' });
});

test('what masks belongs to the digest, and keys do not', async (t) => {
  const digest = (more: object): string => createCleaner({ ...defaultRules, ...more }).digest;
  const digests = [
    {},
    { numbers: 'zeros' },
    { uncheckedBrands: ['visa'] },
    { held: { bytesMax: 2_048, beyond: 'mask' } },
  ];
  t.equal(new Set(digests.map(digest)).size, digests.length);
});

test('the prefilter stops before a number and not before ordinary rows', async (t) => {
  const row = utf8('1\t2026-11-23 18:15:06.123456\tBob\t12.50\t4111111111111111\t');
  t.ok(cleaner.next(row, 0, row.length) <= row.indexOf(0x34, 36));
  t.ok(cleaner.next(row, 0, row.length) >= 24);
  t.equal(cleaner.next(row, 0, 36), 36);
});
