import { test } from 'tap';
import { utf8 } from './bytes.ts';
import {
  characterAt,
  characterBefore,
  codeAt,
  DASH,
  DOT,
  hexCodeAt,
  NOTHING,
  OPEN,
  OTHER,
  PLUS,
  SPACE,
  THIN,
  UNDERSCORE,
} from './character.ts';

const spellings: readonly (readonly [text: string, value: number])[] = [
  ...['4', '%34', '\\u0034', '\\\\u0034', '\\x34', '&#52;', '&#052;', '&#x34;', '&#X34;'].map(
    (text) => [text, 4] as const,
  ),
  ...['４', '٤', '۴', '%D9%A4', '%EF%BC%94', '\\uff14', '&#65300;'].map((text) => [text, 4] as const),
  ...[' ', '%20', '\\u0020', '&#32;'].map((text) => [text, SPACE] as const),
  ...['\u00a0', '%C2%A0', '&nbsp;', '\\u2009', '\u202f', '\u3000'].map((text) => [text, THIN] as const),
  ...['-', '%2D', '–', '−'].map((text) => [text, DASH] as const),
  ...['\u200b', '\ufeff', '\u00ad', '\u2060', '\x1b[0m', '\x1b[1;31m', '\x1b[K'].map(
    (text) => [text, NOTHING] as const,
  ),
  ...['.', '%2E'].map((text) => [text, DOT] as const),
  ['_', UNDERSCORE],
  ['+', PLUS],
  ...['a', '%41', '\\u0041', '&amp;', '&gt;', 'é', '漢'].map((text) => [text, OTHER] as const),
];

for (const [text, value] of spellings)
  test(`${JSON.stringify(text)} is read whole, forwards and backwards, and not before it ends`, async (t) => {
    const bytes = utf8(`x${text}y`);
    const end = bytes.length - 1;
    t.equal(characterAt(bytes, 1), (value << 5) | (end - 1));
    if (value !== OTHER) t.equal(characterBefore(bytes, end, 0), (value << 5) | (end - 1));
    for (let to = 2; to < end; to++) t.equal(characterAt(bytes.subarray(0, to), 1), OPEN);
  });

test('what only looks like an escape is a character of its own', async (t) => {
  for (const text of [
    '%4g',
    '%zz',
    '\\n1',
    '\\u00g4',
    '&#;',
    '&#5x;',
    '&#123456789;',
    '&copy;',
    '\x1b]0',
    '\xff',
    '%',
    '\\',
  ])
    t.equal(codeAt(Buffer.from(`${text}     `, 'latin1'), 0) & 31, 1, text);
});

test('a code point is told from its spelling', async (t) => {
  t.equal(codeAt(utf8('%5E'), 0) >> 5, 0x5e);
  t.equal(codeAt(utf8('&quot;'), 0) >> 5, 0x22);
  t.equal(hexCodeAt(utf8('5E'), 0), (0x5e << 5) | 2);
  t.equal(hexCodeAt(utf8('5'), 0), OPEN);
});

test('nothing before the floor is looked at', async (t) => {
  const bytes = utf8('%34');
  t.equal(characterBefore(bytes, 3, 0), (4 << 5) | 3);
  t.equal(characterBefore(bytes, 3, 1), (4 << 5) | 1);
  t.equal(characterBefore(bytes, 0, 0), OTHER << 5);
});
