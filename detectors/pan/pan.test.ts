import { test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { ANYWHERE, type Place } from '../../base/finding.ts';
import { EXEMPT, issuer, STRONG, WEAK } from './brand.ts';
import { iinRows } from './iin.ts';
import { examine, pan } from './index.ts';
import { luhn } from './luhn.ts';

const CARD: Place = { name: 'card_number', kind: 'cell', form: 'verbatim' };
const NUMERIC: Place = { name: 'amount', kind: 'cell', form: 'number' };

/** The reason for what stands at «, or the reason against it, or `none`. */
function reasonAt(marked: string, place: Place = ANYWHERE): string {
  const at = utf8(marked.slice(0, marked.indexOf('«'))).length;
  const verdict = examine(utf8(marked.replace('«', '')), at, true, place);
  return verdict === null || verdict === 'undecided' ? 'none' : verdict.reason;
}

const digits = (number: string): Uint8Array => Uint8Array.from(number, Number);

test('the check digit is that of ISO/IEC 7812-1', async (t) => {
  for (const number of ['4111111111111111', '378282246310005', '0', '18', '79927398713'])
    t.ok(luhn(digits(number), number.length), number);
  for (const number of ['4111111111111112', '1', '79927398710'])
    t.notOk(luhn(digits(number), number.length), number);
});

for (const [number, answer] of [
  ['4111111111111111', STRONG],
  ['4222222222222', WEAK],
  ['2720990000000007', STRONG],
  ['2721000000000004', 0],
  ['378282246310005', STRONG],
  ['3782822463100050', 0],
  ['36050234196908', STRONG],
  ['6200000000000005', STRONG | EXEMPT],
  ['5067310000000010', STRONG | EXEMPT],
  ['9999999999999995', 0],
] as const)
  test(`the issuer of ${number} is told by its digits and their count`, async (t) => {
    t.equal(issuer(digits(number), number.length), answer);
  });

test('every row of the table of issuers says where it comes from and reads', async (t) => {
  for (const { brand, prefixes, strong, weak, source } of iinRows) {
    t.match(prefixes, /^\d{1,6}(?:-\d{1,6})?(?: \d{1,6}(?:-\d{1,6})?)*$/, brand);
    for (const range of prefixes.split(' ')) {
      const [first, last = first] = range.split('-') as [string, string?];
      t.ok(first.length === last.length && first <= last, `${brand} ${range}`);
    }
    t.ok(
      [...strong, ...weak].every((length) => length >= 12 && length <= 19),
      brand,
    );
    t.ok(source.length > 5, brand);
  }
});

const decisions: readonly (readonly [what: string, marked: string, reason: string, place?: Place])[] = [
  ['an unbroken number', 'x «4111111111111111 y', 'pan-issuer'],
  ['printed groups', '«4111 1111 1111 1111', 'pan-issuer'],
  ['the groups of fifteen digits', '«3782 822463 10005', 'pan-issuer'],
  ['groups of a font of fours', '«3714 4963 5398 431', 'pan-issuer'],
  ['dots', '«4111.1111.1111.1111', 'pan-issuer'],
  ['a number behind a newline escape', 'a\\n«4111111111111111\\n', 'pan-issuer'],
  ['a number in a URL', 'a=%20«4111111111111111&', 'pan-issuer'],
  ['a wrong check digit', '«4111111111111112', 'not-check-digit'],
  ['one digit over and over', '«0000000000000000', 'not-repeated'],
  ['an unknown issuer', '«9999999999999995', 'not-context'],
  ['an unknown issuer behind a word', 'my credit card «9999999999999995', 'pan-context'],
  ['a doubtful length', '«4222222222222', 'not-context'],
  ['a doubtful length behind a word', 'visa «4222222222222', 'pan-context'],
  ['a doubtful length behind another word', 'tracking «4222222222222', 'not-against'],
  ['the nearest word', 'card for order «4222222222222', 'not-against'],
  ['a doubtful grouping', '«41111111 11111111', 'not-context'],
  ['a doubtful grouping behind a word', 'card «41111111 11111111', 'pan-context'],
  ['no grouping of cards', 'card «411111 1111 111111', 'not-grouping'],
  ['no grouping of cards in a field', '"card_number":"«411111 1111 111111"', 'pan-field'],
  ['a SIRET', '«36252188200005', 'not-context'],
  ['the name of a block', 'blk_-«4111111111111111', 'not-context'],
  ['a glued letter', 'x«4111111111111111', 'not-context'],
  ['a hexadecimal word', 'ab«4111111111111111', 'none'],
  ['a hexadecimal word behind its prefix', 'card \\x63617d«4111111111111111', 'none'],
  ['a decimal', '3.«4111111111111111', 'none'],
  ['decimals behind', '«4111111111111111.25', 'none'],
  ['zeros as decimals', '«4111111111111111.0,', 'not-context'],
  ['zeros as decimals in a field', '"card_number":«4111111111111111.00}', 'pan-field'],
  ['a window in a list of numbers', '2225 «2231 2237 2242 2248 2254', 'not-context'],
  ['a window in a list behind a word', 'card 2225 «2231 2237 2242 2248 2254', 'pan-context'],
  ['a number and its expiry date', '«4111 1111 1111 1111 1230', 'pan-issuer'],
  ['the first of numbers in a row', '«4111 1111 1111 1111 5555 5555 5555 4444', 'pan-issuer'],
  ['the last of numbers in a row', '5555 5555 5555 4444 «4111 1111 1111 1111', 'pan-issuer'],
  ['a hexadecimal number before', '26CC0 «4222222222222', 'not-context'],
  ['a word of another language', 'Kreditkarte «4222222222222', 'pan-context'],
  ['decimals behind, in a numeric column', '«4111111111111111.00', 'pan-issuer', NUMERIC],
  ['the inside of a longer number', '4«111111111111111', 'none'],
  ['an exempt brand', '«6200000000000006', 'not-check-digit'],
  ['an exempt brand in a field', 'cardNumber=«6200000000000006&', 'pan-exempt'],
  ['an exempt brand in a cell', '«6200000000000006', 'pan-exempt', CARD],
  ['an odd spelling in a cell', '«601 1 1 1  1 1 1 1   1 1 1 1 1 7', 'pan-field', CARD],
  ['lines in a cell', '«37828\n22463\n10005', 'pan-field', CARD],
  ['hexadecimal text', `\\x«${Buffer.from('4111111111111111').toString('hex')}`, 'pan-issuer'],
];

for (const [what, marked, reason, place] of decisions)
  test(`${what}: ${reason}`, async (t) => {
    t.equal(reasonAt(marked, place), reason);
  });

test('a number that is spelled at too great length is cut and judged by what is read', async (t) => {
  const spelled = utf8([...'4111111111111111'].join('\x1b[38;2;100;100;100m'));
  t.not(pan.judge(spelled, 0, false, ANYWHERE), 'undecided');
  t.equal(pan.judge(spelled.subarray(0, pan.reachBytesMax - 1), 0, false, ANYWHERE) === 'undecided', false);
});
