/** Hostile terminal output, screens, and screens made again. */
import { test } from 'tap';
import { Screen, snapshotOf, TerminalFilter } from './index.ts';

const pass = (text: string): string => new TerminalFilter().push(text);

/** Sequences that a viewer's terminal must never get, each between two letters. */
const HOSTILE: readonly string[] = [
  '\x1b]0;title\x07',
  '\x1b]52;c;ZXZpbA==\x1b\\',
  '\x1b]8;;http://evil\x1b\\',
  '\x1bP$qm\x1b\\',
  '\x1bP+q544e\x1b\\',
  '\x1b_Gf=24;AAAA\x1b\\',
  '\x1b^private\x1b\\',
  '\x1bXstring\x1b\\',
  '\x9d0;title\x9c',
  '\x90$qm\x9c',
  '\x1b[c',
  '\x1b[>c',
  '\x1b[=c',
  '\x1b[6n',
  '\x1b[?6n',
  '\x1b[?1$p',
  '\x1b[21t',
  '\x1b[8;10;10t',
  '\x1b[5i',
  '\x1b[?1000h',
  '\x1b[?2004h',
  '\x1b[?1h',
  '\x1b[3J',
  '\x1b[>4;1m',
  '\x1b[=5u',
  '\x1bZ',
  '\x05',
  '\x07',
  '\x9b6n',
];

test('sequences that act on a viewer’s terminal are dropped, wherever they are cut', async (t) => {
  for (const sequence of HOSTILE) {
    t.equal(pass(`a${sequence}b`), 'ab', JSON.stringify(sequence));
    for (let at = 0; at <= sequence.length; at++) {
      const filter = new TerminalFilter();
      const out = filter.push(`a${sequence.slice(0, at)}`) + filter.push(`${sequence.slice(at)}b`);
      t.equal(out, 'ab', `${JSON.stringify(sequence)} cut at ${at}`);
    }
  }
});

test('text, movement and colours pass as they are', async (t) => {
  for (const text of [
    'plain text\r\n',
    '中文 é \u{1f600}',
    '\x1b[1;31mred\x1b[0m',
    '\x1b[38;2;1;2;3m\x1b[48:5:9m',
    '\x1b[2J\x1b[H\x1b[10;20H',
    '\x1b[?1049h\x1b[?25l',
    '\x1b7\x1b8\x1bM\x1b(0',
    's\bs\t',
  ])
    t.equal(pass(text), text);
});

test('a second filter changes nothing', async (t) => {
  const all = `${HOSTILE.join('x')}\x1b[31mtext\x1b[99999999b\u202e\u{e0041}`;
  const once = pass(all);
  t.equal(pass(once), once);
  t.notMatch(once, /[\x07\x80-\x9f\u202e]/);
});

test('numbers that would keep an emulator busy are cut', async (t) => {
  t.equal(pass('\x1b[99999999b'), '\x1b[1000b');
  const screen = new Screen();
  const startedAt = performance.now();
  for (const final of 'bL@SMPXTABCDEFGHIZ') screen.write(`x\x1b[2147483647${final}`);
  t.ok(performance.now() - startedAt < 1000);
});

test('a string without an end does not hide what follows for ever', async (t) => {
  const filter = new TerminalFilter();
  const out = filter.push(`\x1b]0;${'a'.repeat(100_000)}`) + filter.push('shown');
  t.ok(out.endsWith('shown'));
});

test('any bytes, cut anywhere, leave the same screen', async (t) => {
  const bytes = Buffer.from(`${HOSTILE.join('é')}\x1b[5;5H\x1b[7m中文\x1b[0m\r\nend`);
  const whole = new Screen();
  whole.write(bytes);
  for (let at = 0; at <= bytes.length; at += 3) {
    const cut = new Screen();
    cut.write(bytes.subarray(0, at));
    cut.write(bytes.subarray(at));
    t.strictSame(cut.texts, whole.texts);
  }
});

test('a screen shows what was overwritten as it was seen', async (t) => {
  const screen = new Screen({ columns: 20, rows: 3 });
  screen.write('passwoxx\b\brd\rP\r\n1\r\n2\r\n3');
  t.strictSame(screen.texts, ['1', '2', '3']);
  const scrolled: string[] = [];
  const other = new Screen({ columns: 20, rows: 3 }, (row) => scrolled.push(row.text));
  other.write('passwoxx\b\brd\rP\r\n1\r\n2\r\n3\r\n');
  t.strictSame(scrolled, ['Password', '1']);
});

test('every line that scrolls away is told once, in order', async (t) => {
  const scrolled: string[] = [];
  const screen = new Screen({ columns: 80, rows: 24 }, (row) => scrolled.push(row.text));
  screen.write(Array.from({ length: 30_000 }, (_, i) => `line ${i}\r\n`).join(''));
  t.equal(scrolled.length, 30_000 - 23);
  t.strictSame(
    scrolled,
    Array.from({ length: scrolled.length }, (_, i) => `line ${i}`),
  );
});

test('a snapshot makes the same screen again', async (t) => {
  const outputs = [
    'plain\r\n\x1b[1;4;31;44mlook\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[m',
    '\x1b[?1049h\x1b[2J\x1b[5;1Hfull screen\x1b[3;10r\x1b[?25l\x1b[?7l\x1b[4h',
    '\x1b[44m\x1b[2J\x1b[Hblue to the end',
    `${'wide 中文 '.repeat(30)}\r\n\x1b[7mtail   \x1b[m`,
  ];
  for (const output of outputs) {
    const screen = new Screen();
    screen.write(output);
    const again = new Screen();
    again.write(snapshotOf(screen));
    const look = (of: Screen): unknown[] => [
      Array.from({ length: 24 }, (_, row) => of.runs(row)),
      of.cursor,
      of.region,
      of.modes,
      of.isAlternate,
    ];
    t.strictSame(look(again), look(screen));
    t.equal(snapshotOf(again), snapshotOf(screen));
  }
});

test('sizes that no terminal has are cut', async (t) => {
  const screen = new Screen({ columns: 1e9, rows: -3 });
  t.strictSame(screen.size, { columns: 500, rows: 24 });
  screen.resize({ columns: 0.5, rows: 1e9 });
  t.strictSame(screen.size, { columns: 80, rows: 200 });
});

/** Half a megabyte each, on the largest screen that is believed. */
const BOMBS: Readonly<Record<string, string>> = {
  repetitions: 'x\x1b[999b'.repeat(40_000),
  'huge repetitions': 'x\x1b[2147483647b'.repeat(20_000),
  'rows in and out': '\x1b[1000L\x1b[1000M\x1b[1000S\x1b[1000T'.repeat(20_000),
  tabs: '\x1b[1000I\x1b[1000Z\x1b#8'.repeat(20_000),
  'two screens': '\x1b[?1049h\x1b[?1049l'.repeat(20_000),
  restarts: 'x\x1bc'.repeat(50_000),
  marks: `e${'\u0301'.repeat(500_000)}`,
  'a string without an end': `\x1b]0;${'a'.repeat(500_000)}`,
};

for (const [name, bomb] of Object.entries(BOMBS))
  test(`half a megabyte of ${name} takes bounded time and memory`, async (t) => {
    let told = 0;
    const screen = new Screen({ columns: 500, rows: 200 }, () => told++);
    const startedUs = process.cpuUsage();
    screen.write(bomb);
    const { user } = process.cpuUsage(startedUs);
    t.comment(`${Math.round(user / 1000)} ms, ${told} rows told`);
    t.ok(user < 3_000_000, `${user / 1000} ms of processor time`);
    t.ok(told < 200_000, `${told} rows`);
    t.ok(process.memoryUsage.rss() < 400e6);
  });
