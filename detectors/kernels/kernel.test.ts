import { test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { type Random, seededRandom } from '../../test/random.ts';
import { allocate, kernelName, kernelNext, searchInPlace } from './kernel.ts';
import { twinNext, twinSearch } from './twin.ts';

/** What makes a prefilter stop, nearly stop, or lose its place. */
const PARTS: readonly string[] = [
  ...[
    '4111111111111111',
    '4111 1111 1111 1111',
    '3782-822463-10005',
    '1700000000123',
    '12345678',
    '411',
    '7',
  ],
  ...['2026-11-23 18:15:06.123456', '192.168.100.200', '081109 203615 148', '1331901000.060000', '00000000'],
  ...[
    '%34',
    '%20',
    '\\u0034',
    '\\u00a0',
    '\\\\x34',
    '&#52;',
    '&#x34;',
    '&nbsp;',
    '&gt;',
    '%3D',
    '%3d',
    '\\u0022',
    'cvv\\u0022"=',
    '\\u003d',
    '\u00a0',
  ],
  ...['\u200b', '４', '٤', '۴', '\x1b[31m', '\x1b[', '%', '\\', '&', '\xe9', '–', '　', '\ufeff'],
  ...['name="', 'name=\\"', '"\r\n\r\n', '\\"\\r\\n\\r\\n', '\r', '\\n', ' name="cvv"\n\n123\r\n'],
  ...['";s:3:"', '\\";s:4:', '";i:', ' is ', '123', '1234'],
  ...['cvv', '"cvv2"', 'CVC', 'card_code', 'pinBlock', 'value', ':', '=', '=>', '>', ' ', '"', "'", ']', '#'],
  ...[
    '\n',
    '\t',
    '\0',
    '\0\0\0\x10',
    'D\0\0\0',
    '99085608',
    ',',
    '|',
    '^',
    ';',
    '%B',
    'D',
    'a',
    'text',
    '.',
    '-',
    '_',
    '+',
    '/',
    '5A08',
  ],
];

function drawn(random: Random, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let size = 0; size < length; ) {
    const part = random.oneIn(6) ? random.bytes(1 + random.below(4)) : utf8(random.pick(PARTS));
    const some = random.oneIn(8) ? part.subarray(0, random.below(part.length + 1)) : part;
    parts.push(some);
    size += some.length + 1;
  }
  return Buffer.concat(parts);
}

function sparse(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x78);
  for (let i = 0; i < 3; i++)
    bytes.set(drawn(random, 40).subarray(0, 60), random.below(Math.max(1, length - 60)));
  return bytes;
}

test('the kernel runs as WebAssembly here', async (t) => {
  t.equal(kernelName, 'wasm');
});

for (const [what, draw] of [
  ['dense', drawn],
  ['sparse', sparse],
] as const)
  test(`the kernel stops where its twin stops, on ${what} random bytes`, async (t) => {
    const random = seededRandom(what.length);
    let wrong = '';
    for (let round = 0; round < 4_000 && wrong === ''; round++) {
      const bytes = draw(random, 60 + random.below(round % 50 === 0 ? 9_000 : 400));
      const from = random.below(70) % bytes.length;
      const to = bytes.length - (random.below(80) % (bytes.length - from));
      const framing = round & 7;
      for (let at = from, stops = 0; at < to && stops < 20 && wrong === ''; stops++) {
        const expected = twinNext(bytes, at, to, framing);
        const actual = kernelNext(bytes, at, to, framing);
        if (actual !== expected)
          wrong = `round ${round}, [${at}, ${to}): ${actual} instead of ${expected} in ${JSON.stringify(Buffer.from(bytes.subarray(0, 300)).toString('latin1'))}`;
        at = expected + 1 + random.below(60);
      }
    }
    t.equal(wrong, '');
  });

for (const [what, draw] of [
  ['dense', drawn],
  ['sparse', sparse],
] as const)
  test(`${what} bytes in the kernel's own memory are searched in place, with the same result`, async (t) => {
    const random = seededRandom(7);
    const place = allocate(10_000);
    let wrong = '';
    for (let round = 0; round < 2_000 && wrong === ''; round++) {
      const bytes = draw(random, 70 + random.below(round % 50 === 0 ? 4_000 : 300)).subarray(0, 10_000);
      place.set(bytes);
      const view = place.subarray(0, bytes.length);
      for (let at = random.below(80), stops = 0; at < view.length && stops < 20; stops++) {
        const to = view.length - (random.below(80) % (view.length - at));
        const expected = twinSearch(view, at, to, round & 7);
        if (searchInPlace(view, at, to, round & 7) !== expected) wrong = `round ${round}, [${at}, ${to})`;
        at = expected + 1 + random.below(30);
      }
    }
    t.equal(wrong, '');
  });

test('buffers of the kernel are apart, and others are not searched in place', async (t) => {
  const place = allocate(5_000);
  t.equal(place.length, 5_000);
  t.not(allocate(10).byteOffset, place.byteOffset);
  t.equal(searchInPlace(new Uint8Array(100), 0, 100, 0), -1);
});

test('a run longer than any window ends the search', async (t) => {
  const bytes = new Uint8Array(100_000).fill(0x31);
  t.equal(kernelNext(bytes, 5, bytes.length, 0), 5);
});
