/** The prefilter of other data than cards: where it stops, and what it passes by. */
import { test } from 'tap';
import { utf8 } from '../base/bytes.ts';
import { FRAMED, UNFRAMED } from '../base/finding.ts';
import { next } from './anchors.ts';

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789';

for (const text of [
  ...[
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${KEY}`,
    `glpat-${KEY}`,
    `sk_live_${KEY}`,
    `SG.${KEY}`,
    'eyJhbGciOi.eyJzdWIi',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    'GB82WEST12345698765432',
    '+442079460958',
    '(212) 555-0123',
    '212-555-0123',
  ],
  ...['1-800-555-0123', '1 (800) 555-0123', '123-45-6789', '123 45 6789'],
])
  test(`it does not pass ${text} by, whatever frames it`, async (t) => {
    for (const before of ['', 'x '.repeat(100), '\0\0\0A', '\0\x0011', '\0\0\0-']) {
      const bytes = utf8(before + text);
      t.ok(next(bytes, 0, bytes.length, FRAMED) <= before.length);
      if (!before.startsWith('\0')) t.ok(next(bytes, 0, bytes.length, UNFRAMED) <= before.length);
    }
  });

for (const [before, value] of [
  ['password=', 'hunter2'],
  ['"apiKey" : "', 'hunter2'],
  ['pwd%3D%22', 'hunter2'],
  ['\\u0022secret\\u0022\\u003a\\u0022', 'hunter2'],
  ['&lt;token&gt;', 'hunter2'],
  ['<password><![CDATA[', 'hunter2'],
  ['Authorization: Bearer ', 'hunter2'],
  ['postgres://application:', 'hunter2@host'],
  ['phone_2: ', '5550123'],
  ['"mobile no" => "', '5550123'],
  ['ssn ', '123456789'],
  ['Social Security No: ', '123456789'],
] as const)
  test(`it stops before what stands behind ${before}, wherever it is asked from`, async (t) => {
    const text = `${'x '.repeat(70)}${before}`;
    const bytes = utf8(text + value);
    for (let from = 0; from <= text.length; from++)
      if (next(bytes, from, bytes.length, UNFRAMED) > text.length) t.fail(`from ${from}`);
    t.pass();
  });

for (const text of [
  'The quick brown fox jumps over the lazy dog.',
  '2026-11-23 18:15:06.123456 INFO [worker-7] 192.168.100.200:8080 "GET /a-b/c_d HTTP/1.1" 200 3519',
  '{"level":"info","trace":"0123456789abcdef0123456789abcdef","ms":123.45,"file":"main.c","class_name":"a"}',
  'https://example.com/path?query=1, order 1234567890 settled: 100.20 EUR',
])
  test(`it passes ${text} by`, async (t) => {
    const bytes = utf8(text);
    t.equal(next(bytes, 0, bytes.length, UNFRAMED), bytes.length);
  });
