import { FF1 } from '@noble/ciphers/ff1.js';
import { test } from 'tap';
import { text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Finding, type Place } from '../base/finding.ts';
import { passes } from './digits.ts';
import { createMaskers, type FpeOptions, fpeReveal, maskers, type TokenKeys, tokenOf } from './index.ts';

const PAN = '4111111111111111';
const NUMBER: Place = { name: '', kind: 'cell', form: 'number' };
const JSON_TEXT: Place = { name: '', kind: 'cell', form: 'json' };

/** Masks what stands between « and ». */
function masked(name: string, marked: string, place: Place = ANYWHERE, more: Partial<Finding> = {}): string {
  const from = utf8(marked.slice(0, marked.indexOf('«'))).length;
  const bytes = utf8(marked.replace(/[«»]/g, ''));
  const to = bytes.length - utf8(marked.slice(marked.indexOf('»') + 1)).length;
  const finding: Finding = { kind: 'pan', from, to, reason: 'test', ...more };
  const mask = all.get(name)!.mask(bytes, finding, place);
  return text(bytes.subarray(0, from)) + text(mask) + text(bytes.subarray(to));
}

const tokens: TokenKeys = {
  current: 'k2',
  keys: new Map([
    ['k1', new Uint8Array(32).fill(1)],
    ['k2', new Uint8Array(32).fill(2)],
  ]),
};
const fpe: FpeOptions = { key: new Uint8Array(16).fill(7), tweak: new Uint8Array(0), scope: 'whole' };
const all = createMaskers({ token: tokens, fpe });

for (const [name, output] of [
  ['partial', '411111******1111'],
  ['partial8', '41111111****1111'],
  ['last4', '************1111'],
  ['bin', '411111**********'],
  ['full', '****************'],
  ['fixed', '[PAN]'],
  ['null', '****************'],
  ['token', `${tokenOf(PAN, tokens)}`],
] as const)
  test(`${name} masks a card number in text`, async (t) => {
    t.equal(masked(name, `card «${PAN}»,`), `card ${output},`);
  });

for (const [what, input, output] of [
  ['separators', '«4111 1111-1111.1111»', '4111 11**-****.1111'],
  ['fifteen digits', '«378282246310005»', '378282*****0005'],
  ['twelve digits', '«411111111111»', '411111**1111'],
  ['eleven digits, of which nothing may stay', '«41111111111»', '***********'],
  ['percent escapes', '«%34%31%31%31111111111111»', '%34%31%31%3111******1111'],
  ['percent escapes that are hidden', '«411111%31%31%31%31%31%311111»', '411111%2a%2a%2a%2a%2a%2a1111'],
  ['JSON escapes', '«411111\\u0031\\u003111111111»', '411111\\u002a\\u002a****1111'],
  ['nested backslashes', '«411111\\\\x31111111111»', '411111\\\\x2a*****1111'],
  ['decimal references', '«411111&#49;&#049;11111111»', '411111&#42;&#042;****1111'],
  ['hexadecimal references', '«411111&#x31;111111111»', '411111&#x2a;*****1111'],
  ['full-width digits', '«４１１１１１１１１１１１１１１１»', '４１１１１１＊＊＊＊＊＊１１１１'],
  ['Arabic-Indic digits', '«411111١١١١١١1111»', '411111٭٭٭٭٭٭1111'],
  ['zero-width characters', '«411111\u200b1111111111»', '411111\u200b******1111'],
  ['colour', '«411111\x1b[31m1111111111»', '411111\x1b[31m******1111'],
] as const)
  test(`partial keeps the spelling of ${what}`, async (t) => {
    t.equal(masked('partial', input), output);
  });

test('hexadecimal text stays hexadecimal text', async (t) => {
  const ascii = Buffer.from(PAN).toString('hex');
  t.equal(masked('partial', `«${ascii}»`, ANYWHERE, { spelling: 'hex' }), '3431313131312a2a2a2a2a2a31313131');
  t.equal(masked('full', '«2542»', ANYWHERE, { spelling: 'hex', kind: 'track' }), '2a2a');
  t.equal(masked('partial', `«${PAN}»`, ANYWHERE, { spelling: 'bcd' }), '411111FFFFFF1111');
  t.equal(masked('full', '«4111D3012F»', ANYWHERE, { spelling: 'bcd', kind: 'track' }), 'FFFFFFFFFF');
});

for (const [what, input, output] of [
  ['a value of JSON', `{"a": «${PAN}»}`, '{"a": 4111110000001111}'],
  ['a list of numbers', `[1, «${PAN}», 2]`, '[1, 4111110000001111, 2]'],
  [
    'a literal of SQL',
    `INSERT INTO c VALUES (1, 'x', «${PAN}», 2)`,
    "INSERT INTO c VALUES (1, 'x', 4111110000001111, 2)",
  ],
  [
    'a comparison in SQL',
    `SELECT 1 FROM c WHERE pan = «${PAN}»;`,
    'SELECT 1 FROM c WHERE pan = 4111110000001111;',
  ],
] as const)
  test(`${what} stays a number`, async (t) => {
    t.equal(masked('partial', input), output);
  });

for (const [what, input] of [
  ['a string of JSON', `{"a": "«${PAN}»"}`],
  ['a form', `a=1&pan=«${PAN}»&b=2`],
  ['a line of CSV', `Bob,«${PAN}»,12/30`],
  ['prose', `the card («${PAN}»), and`],
  ['a quoted literal of SQL', `VALUES ('«${PAN}»')`],
  ['XML', `<pan>«${PAN}»</pan>`],
] as const)
  test(`${what} takes asterisks`, async (t) => {
    t.equal(masked('partial', input), input.replace(`«${PAN}»`, '411111******1111'));
  });

test('a whole JSON text that is a number stays one', async (t) => {
  t.equal(masked('partial', `«${PAN}»`, JSON_TEXT), '4111110000001111');
  t.equal(masked('partial', `["«${PAN}»"]`, JSON_TEXT), '["411111******1111"]');
});

test('numbers are masked by digits that are no card number and fit where the number fitted', async (t) => {
  for (const number of [
    PAN,
    '378282246310005',
    '4000000000000000006',
    '9223372036854775807',
    '6011000990139424',
  ])
    for (const name of ['partial', 'last4', 'bin', 'full', 'fixed', 'null', 'token']) {
      const mask = masked(name, `«${number}»`, NUMBER);
      t.match(mask, /^[1-9][0-9]*$/);
      t.equal(mask.length, number.length);
      t.equal(BigInt.asIntN(64, BigInt(mask)), BigInt(mask), `${name} of ${number}`);
      t.notOk(passes([...mask].map(Number)), `${name} of ${number}`);
    }
});

test('null stands for a bare number of JSON', async (t) => {
  t.equal(masked('null', `{"a":«${PAN}»}`), '{"a":null}');
});

test('tokens repeat, change with the key, and can be made again with an older one', async (t) => {
  t.equal(masked('token', '«4111 1111 1111 1111»'), masked('token', `«${PAN}»`));
  t.match(tokenOf(PAN, tokens), /^tok_k2_[\w-]{22}$/);
  t.match(tokenOf(PAN, tokens, 'k1'), /^tok_k1_/);
  t.not(tokenOf(PAN, tokens).slice(7), tokenOf(PAN, tokens, 'k1').slice(7));
  t.equal(masked('token', '«123»', ANYWHERE, { kind: 'cvv' }), '***');
});

/** FF1 samples 1 to 9 of NIST (Cryptographic Standards and Guidelines, example values for SP 800-38G). */
const AES_128 = '2B7E151628AED2A6ABF7158809CF4F3C';
const AES_192 = `${AES_128}EF4359D8D580AA4F`;
const AES_256 = `${AES_192}7F036D6F04FC6A94`;
const TWEAK_10 = '39383736353433323130';
const TWEAK_11 = '3737373770717273373737';
const MIXED = '0123456789abcdefghi';

for (const [key, tweak, radix, plain, crypted] of [
  [AES_128, '', 10, '0123456789', '2433477484'],
  [AES_128, TWEAK_10, 10, '0123456789', '6124200773'],
  [AES_128, TWEAK_11, 36, MIXED, 'a9tv40mll9kdu509eum'],
  [AES_192, '', 10, '0123456789', '2830668132'],
  [AES_192, TWEAK_10, 10, '0123456789', '2496655549'],
  [AES_192, TWEAK_11, 36, MIXED, 'xbj3kv35jrawxv32ysr'],
  [AES_256, '', 10, '0123456789', '6657667009'],
  [AES_256, TWEAK_10, 10, '0123456789', '1001623463'],
  [AES_256, TWEAK_11, 36, MIXED, 'xs8a0azh2avyalyzuwd'],
] as const)
  test(`FF1 gives what NIST says: ${key.length * 4} bits, tweak "${tweak}"`, async (t) => {
    const cipher = FF1(radix, Buffer.from(key, 'hex'), Buffer.from(tweak, 'hex'));
    const numerals = (digits: string): number[] => [...digits].map((digit) => Number.parseInt(digit, radix));
    t.same(cipher.encrypt(numerals(plain)), numerals(crypted));
    t.same(cipher.decrypt(numerals(crypted)), numerals(plain));
  });

for (const scope of ['whole', 'middle'] as const)
  test(`encrypted numbers (${scope}) keep their form and can be revealed`, async (t) => {
    const options = { ...fpe, scope };
    const masker = createMaskers({ fpe: options }).get('fpe')!;
    for (const number of [
      PAN,
      '5555555555554444',
      '6011000990139424',
      '4111111111111111110',
      '2223003122003222',
    ]) {
      const spelled = utf8(number.replace(/(.{4})/, '$1-'));
      const mask = text(
        masker.mask(spelled, { kind: 'pan', from: 0, to: spelled.length, reason: '' }, ANYWHERE),
      );
      t.match(mask, /^[1-9]\d{3}-\d+$/);
      const digits = [...mask.replace('-', '')].map(Number);
      t.not(digits.join(''), number);
      if (scope === 'whole') t.notOk(passes(digits));
      t.equal(fpeReveal(digits, options)?.join(''), number);
    }
  });

for (const checkDigit of ['wrong', 'valid'] as const)
  test(`the check digit of an encrypted number is ${checkDigit}, and a number without one comes back too`, async (t) => {
    const options: FpeOptions = { ...fpe, checkDigit };
    const masker = createMaskers({ fpe: options }).get('fpe')!;
    const crypted = (number: string): number[] =>
      [...text(masker.mask(utf8(number), { kind: 'pan', from: 0, to: 16, reason: '' }, ANYWHERE))].map(
        Number,
      );
    t.equal(passes(crypted(PAN)), checkDigit === 'valid');
    for (let last = 0; last < 10; last++) {
      const number = `620000000000000${last}`;
      t.equal(fpeReveal(crypted(number), options)?.join(''), number);
    }
  });

test('too few digits are not encrypted but masked', async (t) => {
  const masker = createMaskers({ fpe: { ...fpe, scope: 'middle' } }).get('fpe')!;
  const bytes = utf8('378282246310005');
  const mask = masker.mask(bytes, { kind: 'pan', from: 0, to: bytes.length, reason: '' }, ANYWHERE);
  t.equal(text(mask), '***************');
});

test('every mask has a name of its own', async (t) => {
  t.same([...maskers.keys()], ['partial', 'partial8', 'last4', 'bin', 'full', 'fixed', 'null']);
});
