import { test } from 'tap';
import { text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Place } from '../base/finding.ts';
import { namesCvv } from './cvv/keys.ts';
import { createScanner, detectors } from './index.ts';
import { endings } from './kernels/endings.ts';
import { namesPin, namesPinBlock } from './pin/keys.ts';

const scanner = createScanner(detectors.filter(({ yields }) => yields !== true));

/** What is found, each as `kind:text`. */
function found(input: string, place: Place = ANYWHERE): string[] {
  const bytes = utf8(input);
  const all: string[] = [];
  scanner.scan(bytes, 0, true, place, ({ kind, from, to }) =>
    all.push(`${kind}:${text(bytes.subarray(from, to))}`),
  );
  return all;
}

const PAN = '4111111111111111';
const TRACK1 = `%B${PAN}^DOE/JANE A^30121010000000000000000000123000000?`;
const TRACK2 = `;${PAN}=301210100000123?`;
const hex = (characters: string): string => Buffer.from(characters).toString('hex').toUpperCase();

for (const [what, input, expected] of [
  ['both tracks', `a ${TRACK1}${TRACK2} b`, [`track:${TRACK1}`, `track:${TRACK2}`]],
  ['a track 1 without its sentinels', `B${PAN}^DOE/JANE^3012101`, [`track:B${PAN}^DOE/JANE^3012101`]],
  ['a track 1 without a name and a date', `%B${PAN}^^^?`, [`track:%B${PAN}^^^?`]],
  [
    'a track 1 in a form',
    `t=%25B${PAN}%5EDOE%2FJANE%5E3012101%3F&x`,
    [`track:%25B${PAN}%5EDOE%2FJANE%5E3012101%3F`],
  ],
  ['a track 1 in JSON', `"\\u0025B${PAN}^DOE^3012101?"`, [`track:\\u0025B${PAN}^DOE^3012101?`]],
  [
    'a track 1 with blanks in its number',
    '%B3782 822463 10005^D/J^3012?',
    ['track:%B3782 822463 10005^D/J^3012?'],
  ],
  ['a track 2 without its sentinels', `x ${PAN}=3012101 y`, [`track:${PAN}=3012101`]],
  ['a track 2 with D and F', `${PAN}D30121010000012300F`, [`track:${PAN}D30121010000012300F`]],
  ['a track 2 in hexadecimal text', `3B${hex(`${PAN}=3012101?`)}`, [`track:3B${hex(`${PAN}=3012101?`)}`]],
  ['a number and an assignment', `a=${PAN}=1&b`, [`pan:${PAN}`]],
  ['no month', `x ${PAN}=3013101 y`, [`pan:${PAN}`]],
  ['tag 5A', `5A08${PAN}5F3401`, [`pan:${PAN}`]],
  ['tag 57', `570F${PAN}D30121010000005F34`, [`track:${PAN}D3012101000000`]],
  ['tag 57 of another length', `570C${PAN}D3012101`, [`track:${PAN}D3012101`]],
  [
    'tag 9F1F behind another tag',
    `5F3401009F1F0C303030303030303030303132`,
    ['track:303030303030303030303132'],
  ],
  ['the same digits without tags', '303030303030303030303132', []],
  ['a code by its key', '{"cvv": "123"}', ['cvv:123']],
  ['a code by two words', 'Security Code: 1234', ['cvv:1234']],
  ['a code behind a word alone', 'cvv 123, cvc2 1234', ['cvv:123', 'cvv:1234']],
  ['a code in a path', 'card[cvc]=123&card%5Bcvc%5D=124', ['cvv:123', 'cvv:124']],
  ['a code in CDATA', '<cvv><![CDATA[123]]></cvv>', ['cvv:123']],
  ['a code in escaped XML', '&lt;CVC2&gt;123&lt;/CVC2', ['cvv:123']],
  ['a code by the key of its object', '"securityCode":{"indicator":1,"value":"123"}', ['cvv:123']],
  ['a code beside a card number', `{"number":"${PAN}","code":"123"}`, [`pan:${PAN}`, 'cvv:123']],
  ['a code beside none', '{"number":"1","code":"123"}', []],
  ['a code before its card number', `{"code":"123","number":"${PAN}"}`, ['cvv:123', `pan:${PAN}`]],
  ['a code before the number of another object', `{"a":{"code":"123"},"number":"${PAN}"}`, [`pan:${PAN}`]],
  ['a code that PHP has serialised', 's:3:"cvv";s:3:"123";s:4:"cvv2";i:1234;', ['cvv:123', 'cvv:1234']],
  ['the same with escaped quotes', 's:3:\\"cvv\\";s:4:\\"1234\\";', ['cvv:1234']],
  [
    'codes and PINs in a form of parts',
    'Content-Disposition: form-data; name="cvv"\r\n\r\n123\r\n--x\r\n...; name="pin"\r\n\r\n4321\r\n',
    ['cvv:123', 'pin:4321'],
  ],
  [
    'the same in a string, its line breaks escaped',
    '"form-data; name=\\"card_security_code\\"\\r\\n\\r\\n1234\\r\\n; name=\\"pin\\"\\r\\n\\r\\n4321\\r\\n"',
    ['cvv:1234', 'pin:4321'],
  ],
  ['a name that only sounds so', 'whsec_vv: 123, ab_c_vv 123', []],
  ['another part of a form', 'form-data; name="amount"\r\n\r\n123\r\n', []],
  ['a code in a sentence', 'my cvv is 123, security code is 1234', ['cvv:123', 'cvv:1234']],
  ['another code in a sentence', 'zip code is 123, cve is 1234', []],
  [
    'a number behind an escape that ends with a digit',
    `%22${PAN}%22 %20${PAN} \\u0022${PAN}`,
    [`pan:${PAN}`, `pan:${PAN}`, `pan:${PAN}`],
  ],
  ['a track behind such an escape', `%22${PAN}=3012101?`, [`track:${PAN}=3012101?`]],
  ['a code behind such an escape', '%22cvv%22%3A%22123%22', ['cvv:123']],
  [
    'a code in JSON in JSON, its quotes escaped',
    '\\u0022cvv\\u0022:\\u0022123\\u0022 &quot;cvv&quot;:&#34;124&#34;',
    ['cvv:123', 'cvv:124'],
  ],
  ['a code between escaped tags', '\\u003ccvv\\u003e123\\u003c', ['cvv:123']],
  ['a code by the key and its object', '"card":{"code":"123"}', ['cvv:123']],
  [
    'a code by a name beside it',
    '<input name="cvv" value="123"> {"name":"cvv2","value":"1234"}',
    ['cvv:123', 'cvv:1234'],
  ],
  ['a code by a path of two', 'card[code]=123&card%5Bcode%5D=124', ['cvv:123', 'cvv:124']],
  ['a code by words alone', 'security code 123, CVV code 124', ['cvv:123', 'cvv:124']],
  ['the name of a vulnerability', 'CVE 2018-1234, cve: 2018-1234', []],
  ['a date behind a key', 'pin : 2014-12-18', []],
  ['the result of a check', '"cvvResultCode":"123"', []],
  ['no code by its digits', 'cvv=12 cvv=12345 cvv=123a', []],
  ['a PIN', 'pin=1234&new_pin=123456', ['pin:1234', 'pin:123456']],
  ['a PIN block', '"pinBlock":"0412AC89ABCDEF67"', ['pin:0412AC89ABCDEF67']],
  ['a postal code', 'pincode=560001 shipping: 1234', []],
] as const)
  test(`${what} in text`, async (t) => {
    t.same(found(input), expected);
  });

test('codes and PINs are found by the name of their column', async (t) => {
  t.same(found('123', { name: 'CVV2', kind: 'cell', form: 'verbatim' }), ['cvv:123']);
  t.same(found('1234', { name: 'card_pin', kind: 'cell', form: 'verbatim' }), ['pin:1234']);
  t.same(found('123', { name: 'id', kind: 'cell', form: 'verbatim' }), []);
});

const CODES =
  'cvv cvv2 CVC cvc2 cvx2 cvn CVN2 cvd csc cav2 cve cvp2 cv2 ccv fsv cvm_value cvvNumber CVNum card_code cardCodeValue ' +
  'card_cvv xCVV UMcvv2 trnCardCvd vpc_CardSecurityCode DS_MERCHANT_CVV2 security_code verification_value ' +
  'VerificationStr2 account.verification card_sec_val card_id_number cid cvcNo cvv_nr validationCode cVVCode card-verification-value';
const PINS = 'pin card_pin newPin old-pin encrypted_pin pinBlock pin_block PINData encryptedPinBlock';

test('every name that is taken ends as the prefilter knows', async (t) => {
  for (const name of CODES.split(' ')) {
    t.ok(namesCvv(name), name);
    t.ok(endings.includes(name.slice(-3).toLowerCase()), name);
  }
  for (const name of PINS.split(' ')) {
    t.ok(namesPin(name) || namesPinBlock(name), name);
    t.ok(endings.includes(name.slice(-3).toLowerCase()), name);
  }
});

test('other names are not taken', async (t) => {
  for (const name of [
    'code',
    'country_code',
    'cvvResult',
    'cvv_indicator',
    'AVSResponse',
    'zip',
    'discover',
    'cv',
    'bytes_rcvd',
    'opencv2',
    'timeout_sec_value',
    'SocialSecurityNumber',
  ])
    t.notOk(namesCvv(name), name);
  for (const name of ['pincode', 'spin', 'shippingPin2', 'pinned']) t.notOk(namesPin(name), name);
});
