/** The prefilter: where it stops, and what it passes by. */
import { test } from 'tap';
import { utf8 } from '../base/bytes.ts';
import { FRAMED_BEFORE } from '../base/finding.ts';
import { next } from './sieve.ts';

const PAN = '4111111111111111';

/** Where it stops in a text, in bytes; « stands before the finding and is left out. */
function stop(marked: string): { readonly at: number; readonly finding: number; readonly length: number } {
  const bytes = utf8(marked.replace('«', ''));
  const finding = marked.indexOf('«') < 0 ? 0 : utf8(marked.slice(0, marked.indexOf('«'))).length;
  return { at: next(bytes, 0, bytes.length), finding, length: bytes.length };
}

for (const text of [
  ...[PAN, '4111 1111 1111 1111', '3782-822463-10005', '4111.1111.1111.1111', '4111_1111_1111_1111'],
  ...['4111+1111+1111+1111', '4111%201111%201111%201111', '4111\u00a01111\u00a01111\u00a01111', '%34%31'],
  ...['\\u0034', '&#52;', '&#x34;', '４', '٤', '۴', '4\u200b1', '4\x1b[1m1', `%22«${PAN}%22`],
  ...['cvv=«123', '"cvv2":"«123"', 'cvc «123', 'pin=«1234', '%22cvv%22%3A%22«123', 'Security Code: «1234'],
  ...['name="cvv"\r\n\r\n«123', 'name=\\"cvv\\"\\r\\n\\r\\n«123\\r'],
  ...['\\u0022cvv\\u0022:\\u0022«123', 'cvv\\u003d«123', '"pinBlock":"«0412AC89ABCDEF67"'],
  ...[`%B${PAN}^A`, `;${PAN}=3012101?`, `5A08«${PAN}5F34`, Buffer.from(PAN).toString('hex')],
])
  test(`it does not pass ${JSON.stringify(text)} by`, async (t) => {
    for (const before of ['', 'x '.repeat(100), 'y'.repeat(63)]) {
      const { at, finding } = stop(`${before} ${text.includes('«') ? text : `«${text}`}`);
      t.ok(at <= finding, `${at} of ${finding}`);
      t.ok(at >= before.length - 40, 'and not long before');
    }
  });

for (const text of [
  'The quick brown fox jumps over the lazy dog.',
  '2026-11-23 18:15:06.123456 INFO 192.168.100.200:8080',
  '1234567890123 bytes, 4111111111111112 no check digit',
  '{"id": 12345678, "pinned": 1234, "avv": 123}',
  '3.14159 0.000000001 1e-12',
  'form-data; name="amount"\r\n\r\n123\r\n',
  '%20%2F&amp;\\n\\t',
])
  test(`it passes ${JSON.stringify(text)} by`, async (t) => {
    const { at, length } = stop(`${text} ${'y '.repeat(100)}`);
    t.equal(at, length);
  });

for (const text of [
  'speeds 3552 3534 3375 4192 3515 3471',
  'REPORT : 7008 5003 150111 240',
  'trace 9bb94276-9688-5260-8e7f-d350113d3a99',
  'trace {00000000-0000-0000-0000-000000000000}',
  'trace "a868073797993123b45678901234f6992"',
  'LOCATION 2005-08-03-02.10.15',
  'S-1-5-21-4228717743-1032521047-1810997296-1106\\\\Software',
])
  test(`in plain text it passes ${JSON.stringify(text)} by`, async (t) => {
    const bytes = utf8(`${text} ${'y '.repeat(100)}`);
    t.equal(next(bytes, 0, bytes.length, 0), bytes.length);
  });

test('the type of the next message behind a value is no reason to stop', async (t) => {
  const framed = (text: string): number => {
    const bytes = utf8(`\0\0\0\x14${text}D\0\0\0\x1a\0\x01\0\0\0\x10${'x '.repeat(40)}`);
    return bytes.length - next(bytes, 0, bytes.length, FRAMED_BEFORE);
  };
  for (const harmless of ['4111111111111112', '12345678901234', 'order 1700000000123'])
    t.equal(framed(harmless), 0, harmless);
  for (const data of [PAN, '9908123456789012345', `5A08${PAN}`, '9F1F08123456789012345'])
    t.ok(framed(data) > 80, data);
});
