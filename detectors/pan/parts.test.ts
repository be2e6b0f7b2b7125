/** Each part of the pipeline by itself; pan.test.ts has what they decide together. */
import { test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { DASH, DOT, OPEN, PLUS, SPACE, UNDERSCORE } from '../../base/character.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { fieldEndings } from '../kernels/endings.ts';
import { boundaryAfter, boundaryBefore, FREE, INSIDE, JOINED } from './boundary.ts';
import { contextOf, FIELD, namesCard } from './context.ts';
import { ODD, PRINTED, UNUSUAL, windowAt } from './grouping.ts';
import { listing } from './list.ts';
import { readNumber, spelledNumber } from './number.ts';
import { AGAINST, CARD, nearestWord, SILENT, WORD } from './words.ts';

const PAN = '4111111111111111';

/** What the normaliser reads: digits, sizes of groups, and the kind of separator. */
function read(text: string, hex = false): string {
  const number = spelledNumber();
  if (!readNumber(utf8(text), 0, true, hex, number)) return 'open';
  const digits = [...number.digits.subarray(0, number.count)].join('');
  const sizes = [...number.sizes.subarray(0, number.groupCount)].join('-');
  return `${digits} ${sizes} ${number.separator}`;
}

for (const [what, text, expected, hex] of [
  ['plain digits', `${PAN}x`, `${PAN} 16 0`],
  ['spaces', '4111 1111 1111 1111', `${PAN} 4-4-4-4 ${SPACE}`],
  ['dashes', '3782-822463-10005', `378282246310005 4-6-5 ${DASH}`],
  ['dots', '4111.1111', `41111111 4-4 ${DOT}`],
  ['underscores', '4111_1111', `41111111 4-4 ${UNDERSCORE}`],
  ['plus signs', '4111+1111', `41111111 4-4 ${PLUS}`],
  [
    'no-break and thin spaces, which are spaces',
    '4111\u00a01111\u20091111 1',
    `4111111111111 4-4-4-1 ${SPACE}`,
  ],
  ['two kinds of separator, of which the second ends it', '4111 1111-1111', `41111111 4-4 ${SPACE}`],
  ['two separators, which end it', '4111  1111', '4111 4 0'],
  ['percent escapes', '%34%31%20%31', `411 2-1 ${SPACE}`],
  ['JSON escapes', '\\u0034\\u0031\\x31', '411 3 0'],
  ['references', '&#52;&#x31;1&nbsp;1', `4111 3-1 ${SPACE}`],
  ['full-width and Arabic-Indic digits', '４٤۴1', '4441 4 0'],
  ['zero-width characters', '4\u200b1\u200d1\ufeff1\u00ad1', '41111 5 0'],
  ['terminal colours', '4\x1b[31m1\x1b[0m1', '411 3 0'],
  ['hexadecimal text', '34312031', `411 2-1 ${SPACE}`, true],
] as const)
  test(`the normaliser reads ${what}`, async (t) => {
    t.equal(read(text, hex === true), expected);
  });

test('the normaliser says when the bytes end too soon', async (t) => {
  for (const text of ['4111', '4111%3', '4111\\u00', '4111&#5', '4111\x1b[3', '4111 '])
    t.notOk(readNumber(utf8(text), 0, false, false, spelledNumber()), text);
});

for (const [text, kind, count] of [
  [PAN, PRINTED, 16],
  ['4111 1111 1111 1111', PRINTED, 16],
  ['4111 1111 1111 1111 111', PRINTED, 19],
  ['3782 822463 10005', PRINTED, 15],
  ['3056 930902 5904', PRINTED, 14],
  ['41111111 11111111', UNUSUAL, 16],
  ['411111 1111111111', UNUSUAL, 16],
  ['41111 11111 11111', UNUSUAL, 15],
  ['411111 1111 111111', ODD, 16],
  ['4111 11 1111 111111', 0, 0],
  ['41111111111111111111', 0, 0],
] as const)
  test(`"${text}" is grouped as ${kind === 0 ? 'no card number' : `kind ${kind}`}`, async (t) => {
    const number = spelledNumber();
    readNumber(utf8(text), 0, true, false, number);
    const window = windowAt(number, 0);
    t.equal(window?.kind ?? 0, kind);
    t.equal(window?.count ?? 0, count);
  });

test('a row of groups is split into each number that it may begin with, the longest first', async (t) => {
  const number = spelledNumber();
  readNumber(utf8('4111 1111 1111 1111 2230 11'), 0, true, false, number);
  const counts = [0, 1, 2, 3].map((index) => windowAt(number, index)?.count);
  t.same(counts, [16, undefined, undefined, undefined]);
  readNumber(utf8('4111 1111 1111 1111 12'), 0, true, false, number);
  t.same(
    [0, 1].map((index) => windowAt(number, index)?.count),
    [18, 16],
  );
});

for (const [before, expected] of [
  ['', FREE],
  [' ', FREE],
  ['"', FREE],
  ['=', FREE],
  ['%22', FREE],
  ['%3D', FREE],
  ['\\u0022', FREE],
  ['\\n', FREE],
  ['1', INSIDE],
  ['%31', INSIDE],
  ['3.', INSIDE],
  ['a1b2', INSIDE],
  ['0x', JOINED],
  ['x', JOINED],
  ['blk_', JOINED],
  ['a-', JOINED],
  [' -', FREE],
] as const)
  test(`a number behind ${JSON.stringify(before)} is ${['inside', 'joined', 'free'][expected]}`, async (t) => {
    t.equal(boundaryBefore(utf8(`${before}${PAN}`), utf8(before).length), expected);
  });

for (const [after, expected, numeric] of [
  ['', FREE],
  [' ', FREE],
  ['"', FREE],
  ['.', FREE],
  ['. Next', FREE],
  ['-', FREE],
  ['1', INSIDE],
  ['%31', INSIDE],
  ['.25', INSIDE],
  ['.0x', INSIDE],
  ['.00,', JOINED],
  ['.25', FREE, true],
  ['a', JOINED],
  ['-a', JOINED],
] as const)
  test(`a number before ${JSON.stringify(after)}${numeric ? ' in a numeric column' : ''} is ${['inside', 'joined', 'free'][expected]}`, async (t) => {
    t.equal(boundaryAfter(utf8(`${PAN}${after}`), 16, true, numeric === true), expected);
  });

test('what may follow is not said before it is there', async (t) => {
  for (const after of ['', '.', '-', '%2', '.0', '.00'])
    t.equal(boundaryAfter(utf8(`${PAN}${after}`), 16, false, false), OPEN, after);
});

for (const [marked, expected] of [
  ['«2231 2237 2242 2248»', FREE],
  ['2225 «2231 2237 2242 2248» 2254', JOINED],
  ['«2231 2237 2242 2248» 2254 2260', JOINED],
  ['2219 2225 «2231 2237 2242 2248»', JOINED],
  ['«4111 1111 1111 1111» 1230', FREE],
  ['«4111 1111 1111 1111» 1230 123', FREE],
  ['«4111 1111 1111 1111» 5555 5555 5555 4444', FREE],
  ['5555 5555 5555 4444 «4111 1111 1111 1111»', FREE],
  ['2225-2230-«2231 2237 2242 2248»', FREE],
] as const)
  test(`${marked} is ${expected === FREE ? 'no list' : 'a part of a list'}`, async (t) => {
    const text = marked.replace(/[«»]/g, '');
    const from = marked.indexOf('«');
    t.equal(listing(utf8(text), from, marked.indexOf('»') - 1, true), expected);
  });

test('a list is not told before it ends', async (t) => {
  for (const after of ['', ' ', ' 12', ' 1230', ' 1230 5'])
    t.equal(listing(utf8(`4111 1111 1111 1111${after}`), 0, 19, false), OPEN, after);
  t.equal(listing(utf8('4111 1111 1111 1111 123,'), 0, 19, false), FREE);
});

for (const [text, expected] of [
  ['', SILENT],
  ['my card ', CARD],
  ['Kreditkarte ', CARD],
  ['cardOrder ', AGAINST],
  ['payment ', WORD],
  ['card for tracking ', AGAINST],
  ['tracking of a visa ', CARD],
  ['postcard ', SILENT],
  ['26CC', SILENT],
  [`card ${'x '.repeat(30)}`, SILENT],
] as const)
  test(`the nearest word in "${text.slice(0, 24)}" says ${expected}`, async (t) => {
    const bytes = utf8(text);
    t.equal(nearestWord(bytes, bytes.length), expected);
  });

for (const [text, expected] of [
  ['"card_number":"', FIELD],
  ['cardNumber=', FIELD],
  ['<pan>', FIELD],
  ['ccnum%3D', FIELD],
  ['"order_card_reference":', AGAINST],
  ['"iban": "', AGAINST],
  ['the card, ', CARD],
  ['nothing ', SILENT],
] as const)
  test(`the context of what follows ${text} is ${expected}`, async (t) => {
    const bytes = utf8(`${text}${PAN}`);
    t.equal(contextOf(bytes, text.length, ANYWHERE), expected);
  });

test('a cell has the context of its column', async (t) => {
  const bytes = utf8(PAN);
  t.equal(contextOf(bytes, 0, { name: 'PrimaryAccountNumber', kind: 'cell', form: 'verbatim' }), FIELD);
  t.equal(contextOf(bytes, 0, { name: 'visa_ref', kind: 'cell', form: 'verbatim' }), CARD);
  t.equal(contextOf(bytes, 0, { name: 'imei', kind: 'cell', form: 'verbatim' }), AGAINST);
});

test('names of card fields are told from others', async (t) => {
  for (const name of [
    ...[
      'pan',
      'card_no',
      'ccNumber',
      'CREDITCARD',
      'x_card_num',
      'acctNbr',
      'cc',
      'strCCNum',
      'cardPan',
      'fpan',
    ],
    ...[
      'Primary Account Number',
      'card-number',
      'debitcard',
      'accountNumber',
      'PAN',
      'PrimaryAcctNo',
      'cardpan',
    ],
  ])
    t.ok(namesCard(name) && fieldEndings.includes(name.slice(-2).toLowerCase()), name);
  for (const name of [
    'company',
    'cardholder',
    'number',
    'span',
    'japan',
    'bcc',
    'card_type',
    'expiry',
    'timespan',
  ])
    t.notOk(namesCard(name), name);
});
