/** Each detector and each mask: every way of cutting a short text once or twice, and what is held meanwhile. */
import { type Test, test } from 'tap';
import { type Bytes, join, keep, text, utf8 } from '../base/bytes.ts';
import type { Cleaner } from '../base/cleaner.ts';
import { ANYWHERE } from '../base/finding.ts';
import { pieces } from '../test/splits.ts';
import { createCleaner } from './cleaner.ts';
import { defaultRules, type MaskRules } from './mask-rules.ts';

const KEYS = {
  token: { current: 'k1', keys: new Map([['k1', new Uint8Array(32).fill(1)]]) },
  fpe: { key: new Uint8Array(16), tweak: new Uint8Array(0), scope: 'whole' },
} as const;
const PAN = '4111111111111111';

function only(kind: string, mask: string): Cleaner {
  return createCleaner({ detectors: { [kind]: { mask } }, columns: [], keys: KEYS });
}

function streamed(cleaner: Cleaner, parts: readonly Bytes[]): string {
  const stream = cleaner.stream(ANYWHERE);
  const views = parts.flatMap((part) => stream.push(keep(part), false).map(keep));
  return text(join([...views, ...stream.push(new Uint8Array(0), true).map(keep)]));
}

function cutEverywhere(t: Test, cleaner: Cleaner, sample: string): void {
  const bytes = utf8(sample);
  t.ok(bytes.length <= 64, 'is short');
  const expected = text(cleaner.clean(keep(bytes), ANYWHERE));
  t.not(expected, sample, 'is masked');
  let wrong = '';
  for (let one = 0; one <= bytes.length; one++)
    for (let two = one; two <= bytes.length; two++)
      if (streamed(cleaner, pieces(bytes, [one, two])) !== expected) wrong ||= `cut at ${one} and ${two}`;
  t.equal(wrong, '');
  const everywhere = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
  t.equal(streamed(cleaner, pieces(bytes, everywhere)), expected, 'byte by byte');
}

for (const [kind, sample] of [
  ['pan', `x ${PAN} y 3782-822463-10005, %22${PAN}`],
  ['pan', '2225 2231 4111 1111 1111 1111 5555 5555 5555 4444 12'],
  ['pan', `{"card":4222222222222.0,"span":"${PAN}.00"}`],
  ['track', `%B${PAN}^DOE/JANE^30121010000?;${PAN}=301?`],
  ['track', `%25B${PAN}%5EDOE%2FJ%5E30121%3F`],
  ['emv', `9F2608ABCDEF01234567895A08${PAN}5F3401`],
  ['cvv', '"cvv" : "123", cvc2=1234&x CVE 2018-1234 cvv 999'],
  ['cvv', 'x; name="cvv"\r\n\r\n123\r\n; name=\\"card[cvc]\\"\\n\\n1234\\n'],
  ['pin', 'name=\\"pin\\"\\r\\n\\r\\n1234\\r\\n-- name="pin"\n\n1234\n'],
  ['cvv', '\\u0022cvv\\u0022:\\u0022123\\u0022,%22cvc%22%3A%22123'],
  ['pin', '"pin":"1234","pinBlock":"0412AC89ABCDEF67", pin: 2014-12'],
  ['iban', 'IBAN GB82 WEST 1234 5698 7654 32, DE89370400440532013000.'],
  ['ssn', 'ssn 536228741, 536-22-8741-1 536 22 8741'],
  ['email', 'a <jane.doe+x@mail.example.org>, to=bob%40example.com.'],
  ['phone', '+44 20 7946 0018; (212) 555-0123 tel: 0612345678'],
  ['credential', 'x AKIAIOSFODNN7EXAMPLE, password="hunter2" a'],
  ['credential', 'Authorization: Bearer abcdefgh postgres://u:pw12@h/d'],
] as const)
  test(`${kind} in ${JSON.stringify(sample)}`, async (t) => {
    cutEverywhere(t, only(kind, 'full'), sample);
  });

for (const mask of ['partial', 'partial8', 'last4', 'bin', 'full', 'fixed', 'null', 'token', 'fpe'])
  test(`the mask ${mask}`, async (t) => {
    cutEverywhere(t, only('pan', mask), `{"a":"4111 1111 1111 1111","b":${PAN}}`);
  });

const own: MaskRules = {
  ...defaultRules,
  expressions: [{ kind: 'id', pattern: 'ID-[0-9]+\\b', mask: 'fixed', lengthBytesMax: 12 }],
};

test('an expression', async (t) => {
  cutEverywhere(t, createCleaner(own), `ID-12 xID-123456789012 4111 1111 1111 1111 ID-7`);
});

/** Byte by byte, the most that is held back. */
function mostHeld(cleaner: Cleaner, sample: string): number {
  const stream = cleaner.stream(ANYWHERE);
  let held = 0;
  for (const byte of utf8(sample)) {
    stream.push(Uint8Array.of(byte), false);
    held = Math.max(held, stream.heldBytes);
  }
  return held;
}

for (const [kind, most, samples] of [
  ['pan', 256, ['1 2 3 4 5 6 7 8 9 '.repeat(60), '%31'.repeat(200), `${[...PAN].join('\x1b[38;5;9m')}x`]],
  ['track', 256, [`%B${PAN}^${'A'.repeat(400)}`, `;${'1'.repeat(400)}`, '34'.repeat(300)]],
  ['emv', 256, ['5A7F'.repeat(200), '9F1F7C'.repeat(100)]],
  ['cvv', 256, ['cvv='.repeat(100), '1-'.repeat(200)]],
  ['pin', 256, ['pinBlock='.repeat(50), 'ab'.repeat(300)]],
  ['iban', 48, ['GB82 WEST 1234 5698 7654 32'.repeat(10)]],
  ['ssn', 14, ['536-22-8741'.repeat(20)]],
  ['email', 160, ['a'.repeat(500), `${'a'.repeat(64)}@${'b.'.repeat(200)}`]],
  ['phone', 36, ['+1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9'.repeat(5)]],
  ['credential', 8_192, ['-----BEGIN RSA PRIVATE KEY-----\n'.padEnd(10_000, 'A')]],
] as const)
  test(`${kind} holds back at most ${most} bytes`, async (t) => {
    for (const sample of samples) {
      const held = mostHeld(only(kind, 'full'), sample);
      t.ok(held <= most, `${held} of ${JSON.stringify(sample.slice(0, 20))}`);
    }
  });

test('what an expression may find is held back, and not a byte more', async (t) => {
  const cleaner = createCleaner({
    detectors: {},
    columns: [],
    expressions: [{ kind: 'id', pattern: 'a+', mask: 'fixed', lengthBytesMax: 12 }],
  });
  t.equal(text(cleaner.clean(utf8('a'.repeat(12)), ANYWHERE)), '[ID]');
  t.equal(text(cleaner.clean(utf8('a'.repeat(13)), ANYWHERE)), '[ID][ID]');
  t.equal(streamed(cleaner, [...'a'.repeat(13)].map(utf8)), '[ID][ID]');
  t.ok(mostHeld(cleaner, 'a'.repeat(100)) <= 12 + 4);
});
