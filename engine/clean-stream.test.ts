import fc from 'fast-check';
import { test } from 'tap';
import { type Bytes, join, keep, text, utf8 } from '../base/bytes.ts';
import { ANYWHERE, type Place } from '../base/finding.ts';
import { pieces } from '../test/splits.ts';
import { createCleaner } from './cleaner.ts';
import { defaultRules, type MaskRules } from './mask-rules.ts';

const cleaner = createCleaner(defaultRules);
/** Masks that change the length are put together anew, not written over. */
const fixed: MaskRules = {
  ...defaultRules,
  detectors: { ...defaultRules.detectors, pan: { mask: 'fixed' } },
};
const lengthening = createCleaner(fixed);

const PAN = '4111111111111111';

/** The masked text, and the most bytes that were held back on the way. */
function streamed(
  parts: readonly Bytes[],
  some = cleaner,
  place: Place = ANYWHERE,
): { out: string; held: number } {
  const stream = some.stream(place);
  const views: Bytes[] = [];
  let held = 0;
  for (const part of parts) {
    views.push(...stream.push(part, false).map(keep));
    held = Math.max(held, stream.heldBytes);
  }
  views.push(...stream.push(new Uint8Array(0), true).map(keep));
  return { out: text(join(views)), held };
}

function whole(input: string, some = cleaner, place: Place = ANYWHERE): string {
  return text(some.clean(utf8(input), place));
}

const short: readonly string[] = [
  `x ${PAN} y`,
  '4111 1111 1111 1111, 3782-822463-10005',
  '"\\u0034\\u0031\\u0031\\u0031111111111111"',
  '%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31',
  ';4111111111111111=30121010000000123?',
  '%B4111111111111111^DOE/JANE^3012101?',
  '"cvv" : "123", "x":"123"',
  '"pinBlock":"0412AC89ABCDEF67"',
  `5A08${PAN}5F34`,
  Buffer.from(PAN).toString('hex'),
  '4\u200b111111111111111 ٤١١١١١١١١١١١١١١١',
];

for (const sample of short)
  test(`${JSON.stringify(sample)} is masked the same for every way of cutting it once, twice, and everywhere`, async (t) => {
    const bytes = utf8(sample);
    t.ok(bytes.length <= 64);
    for (const some of [cleaner, lengthening]) {
      const expected = whole(sample, some);
      t.not(expected, sample);
      for (let one = 0; one <= bytes.length; one++)
        for (let two = one; two <= bytes.length; two++)
          if (streamed(pieces(bytes, [one, two]), some).out !== expected) t.fail(`cut at ${one} and ${two}`);
      const everywhere = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
      t.equal(streamed(pieces(bytes, everywhere), some).out, expected);
    }
  });

test('what surrounds card data is arbitrary, and so are the cuts', async (t) => {
  const part = fc.oneof(
    fc.constantFrom(...short, 'card ', 'cvv=', ' ', '\n', ',', '%', '\\', '&', '"'),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const property = fc.property(
    fc.array(part, { maxLength: 12 }).map((parts) => utf8(parts.join(''))),
    fc.array(fc.nat(700), { maxLength: 8 }),
    (bytes, offsets) => {
      const cuts = offsets.filter((cut) => cut <= bytes.length).sort((left, right) => left - right);
      return streamed(pieces(bytes, cuts)).out === text(cleaner.clean(keep(bytes), ANYWHERE));
    },
  );
  t.doesNotThrow(() => fc.assert(property, { seed: 7, numRuns: 1_500 }));
});

/** Byte by byte, the most that is held back of a text. */
function heldOf(input: string): number {
  const bytes = utf8(input);
  return streamed(
    pieces(
      bytes,
      Array.from({ length: bytes.length - 1 }, (_, i) => i + 1),
    ),
  ).held;
}

test('of plain text at most 64 bytes are held back', async (t) => {
  t.equal(heldOf('The quick brown fox, 2026-11-23 18:15:06.123456, 192.168.1.1'.repeat(5)) <= 24, true);
  for (const sample of [
    `${PAN} `,
    '4111 1111 1111 1111 111',
    '1 2 3 4 5 6 7 8 9 '.repeat(30),
    '1234-'.repeat(60),
  ])
    t.ok(heldOf(sample) <= 64, `${heldOf(sample)} of ${sample}`);
});

test('of a track, and of escaped text, at most 256 bytes are held back', async (t) => {
  const escaped = [...PAN].map((digit) => `\\u003${digit}`).join('');
  const coloured = [...'4111111111111111111'].join('\x1b[38;5;100m');
  for (const sample of [
    `%B${PAN}^${'A'.repeat(26)}^${'1'.repeat(60)}`,
    escaped,
    coloured,
    '5A7F'.repeat(100),
  ])
    t.ok(heldOf(sample) <= 256, `${heldOf(sample)} of ${sample}`);
});

test('the longest that a finding may be is found, and one byte more is settled', async (t) => {
  const spelled = (gap: number): string => [...PAN].join(`\x1b[${'0'.repeat(gap)}m`);
  t.match(whole(spelled(8)), /\*/);
  t.equal(streamed(pieces(utf8(spelled(8)), [50, 100])).out, whole(spelled(8)));
  t.equal(streamed(pieces(utf8(spelled(14)), [50, 100, 200])).out, whole(spelled(14)));
  t.ok(heldOf(spelled(14)) <= 256);
});

test('a piece without anything to look at goes through as the view that came', async (t) => {
  const stream = cleaner.stream(ANYWHERE);
  const first = utf8('Nothing to see here, and nothing that ends in a number. '.repeat(10));
  const second = keep(first);
  t.same(stream.push(first, false).length, 1);
  t.equal(stream.push(second, false)[0], second);
  t.equal(stream.heldBytes, 0);
});

test('spans are counted from the first byte of the stream', async (t) => {
  const stream = cleaner.stream(ANYWHERE);
  const spans: [number, number][] = [];
  const text = `${'x'.repeat(300)} ${PAN} ${'y'.repeat(300)} ${PAN}`;
  for (const part of pieces(utf8(text), [10, 290, 305, 400, 500]))
    stream.push(part, false, ({ from, to }) => spans.push([from, to]));
  stream.push(new Uint8Array(0), true, ({ from, to }) => spans.push([from, to]));
  t.same(spans, [
    [301, 317],
    [619, 635],
  ]);
});
