import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { cellsIn, cellsOf, NOT_ONE_UNIT, UNIT_CELLS } from './cells.ts';

const PYTHON = '/usr/bin/python3';
/** What the C library counts for every character that is one. */
const SCRIPT = `
import ctypes, locale, unicodedata
locale.setlocale(locale.LC_ALL, 'C.UTF-8')
wcwidth = ctypes.CDLL(None).wcwidth
for code in range(0xa0, 0x110000):
    if unicodedata.category(chr(code)) not in ('Cn', 'Co', 'Cs'): print(code, wcwidth(code))
`;

test('characters take the cells that terminals give them', async (t) => {
  for (const [text, cells] of [
    ['a', 1],
    ['é', 1],
    ['e\u0301', 1],
    ['中文', 4],
    ['７', 2],
    ['ｱ', 1],
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['\u200b\u200d\ufe0f', 0],
    ['👍', 2],
    ['✓', 1],
    ['⌚', 2],
    ['🇩🇪', 2],
    ['𠀀', 2],
    ['\u{e0041}', 0],
    ['\u00ad', 1],
  ] as const)
    t.equal(cellsIn(text), cells, JSON.stringify(text));
});

test('controls and halves of a pair are no characters', async (t) => {
  for (const unit of [0, 0x1b, 0x7f, 0x9f, 0xd800, 0xdfff]) t.equal(UNIT_CELLS[unit], NOT_ONE_UNIT);
  t.equal(cellsOf(0xd800), 1);
});

test('what the C library counts otherwise are few, and no digits', async (t) => {
  const ran = spawnSync(PYTHON, ['-c', SCRIPT], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (ran.status !== 0) return t.comment(`${PYTHON} and its C library are not here`);
  const others: string[] = [];
  let count = 0;
  for (const line of ran.stdout.trim().split('\n')) {
    const [code, cells] = line.split(' ').map(Number) as [number, number];
    count++;
    if (cellsOf(code) !== cells) others.push(code.toString(16));
  }
  t.ok(count > 140_000, `${count} characters`);
  t.ok(others.length < 20, others.join(' '));
  t.notOk(others.some((code) => /\p{Nd}/u.test(String.fromCodePoint(Number.parseInt(code, 16)))));
});
