import { test } from 'tap';
import { utf8 } from '../base/bytes.ts';
import { keyBefore, labelBefore, parentKey, phraseBefore, wordBefore } from './key.ts';

for (const [before, name] of [
  ['cvv=', 'cvv'],
  ['"cvv": "', 'cvv'],
  ["'cvv' => '", 'cvv'],
  ['<cvv>', 'cvv'],
  ['<cvv><![CDATA[', 'cvv'],
  ['card[cvv]=', 'cvv'],
  ['card%5Bcvv%5D=', 'cvv'],
  ['%3Ccvv%3E', 'cvv'],
  ['&lt;cvv&gt;', 'cvv'],
  ['\\u003ccvv\\u003e', 'cvv'],
  ['\\"cvv\\":\\"', 'cvv'],
  ['%22cvv%22%3A%22', 'cvv'],
  ['\\u0022cvv\\u0022:\\u0022', 'cvv'],
  ['&quot;cvv&quot;:&quot;', 'cvv'],
  ['a=1&card.cvv=', 'card.cvv'],
  ['\\ncvv: ', 'cvv'],
  ['form-data; name="cvv"\r\n\r\n', 'cvv'],
  ['form-data; name="cvv"\n\n', 'cvv'],
  ['form-data; name=\\"card[cvv]\\"\\r\\n\\r\\n', 'cvv'],
  ['form-data; name=\\\\\\"cvv\\\\\\"\\\\r\\\\n\\\\r\\\\n', 'cvv'],
  ['form-data; name="cvv"\r\n', ''],
  ['form-data; name="cvv"\r\n\r\n\r\n', ''],
  ['form-data; filename: "cvv"\r\n\r\n', ''],
  [`name="${'x'.repeat(41)}"\r\n\r\n`, ''],
  [`name="${'x'.repeat(40)}"\r\n\r\n`, 'x'.repeat(40)],
  ['cvv ', ''],
  ['', ''],
  ['=', ''],
  [`${'x'.repeat(200)}=`, 'x'.repeat(48)],
] as const)
  test(`the key before what follows ${JSON.stringify(before.slice(0, 40))} is "${name}"`, async (t) => {
    const bytes = utf8(`${before}123`);
    t.equal(keyBefore(bytes, before.length).name, name);
  });

test('a phrase takes words and brackets before its last word', async (t) => {
  for (const [before, phrase] of [
    ['Card Security Code: ', 'Card Security Code'],
    ['card[code]=', 'card code'],
    ['card%5Bcode%5D=', 'card code'],
  ] as const) {
    const bytes = utf8(`${before}123`);
    t.equal(phraseBefore(bytes, keyBefore(bytes, before.length), before.length), phrase);
  }
});

test('a word alone, a name beside, and the object around', async (t) => {
  t.equal(wordBefore(utf8('my cvv 123'), 7).name, 'cvv');
  t.equal(wordBefore(utf8('my cvv:123'), 7).name, '');
  for (const before of ['{"name":"cvv","value":"', '<input name="cvv" type="text" value="']) {
    const bytes = utf8(`${before}123`);
    t.equal(labelBefore(bytes, keyBefore(bytes, before.length), before.length), 'cvv');
  }
  const bytes = utf8('{"card":{"a":{"b":1},"code":"123"}}');
  const key = keyBefore(bytes, 29);
  t.match([key.name, parentKey(bytes, key.from, 29)], ['code', { name: 'card', open: 8 }]);
});
