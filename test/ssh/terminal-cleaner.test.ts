import { test } from 'tap';
import { type Bytes, text, utf8 } from '../../base/bytes.ts';
import { TerminalCleaner } from '../../protocols/ssh/terminal/cleaner.ts';
import { everySplit } from '../splits.ts';
import { cleaned, cleaner, holdsNumber, SIZE, shown } from './terminal.ts';

const whole = (output: string): Bytes[] => [utf8(output)];

/** Ways of drawing a card number, by what they are. */
const DRAWN: Readonly<Record<string, string>> = {
  plain: 'card 4111111111111111 end\r\n',
  coloured: 'a \x1b[31m4111\x1b[0m 1111 \x1b[1;32m11\x1b[m11 1111 b\r\n',
  'coloured digit by digit': [...'4111111111111111'].map((digit, i) => `\x1b[3${i % 8}m${digit}`).join(''),
  'eight-bit colours': 'a \xc2\x9b31m4111\xc2\x9b0m111111111111 b\r\n'.replaceAll('\xc2\x9b', '\u009b'),
  'cursor forward for blanks': '4111\x1b[C1111\x1b[C1111\x1b[C1111\r\n',
  backspaces: '41113\b 1111 11119\b 1111\r\n',
  'overwritten from the left': 'XXXXXXXXXX111111\r4111111111\r\n',
  'middle first': '        11111111\r41111111\r\n',
  'column by column': '\x1b[9G1111\x1b[5G1111\x1b[13G1111\x1b[1G4111\r\n',
  'jumping rows': '\x1b[2;1H4111 1111\x1b[4;1Hruler 1,5\x1b[2;10H 1111 1111\x1b[6;1H',
  wrapped: `${'x'.repeat(30)} 4111111111111111 tail\r\n`,
  'wrapped by the program': `\x1b[1;33H41111111\x1b[2;1H11111111\x1b[5;1H`,
  overstruck: `${[...'4111111111111111'].map((digit) => `${digit}\b${digit}`).join('')}\r\n`,
  repeated: '40\x1b[13b2\r\n',
  'a link inside': '4111\x1b]8;;http://a\x07 1111 1111\x1b]8;;\x07 1111\r\n',
  title: '\x1b]0;pay 4111 1111 1111 1111\x07$ ',
  'inserted characters': '111 1111 1111 1111\r\x1b[@4\r\n',
  'insert mode': '1111 1111 1111\r\x1b[4h7 ab 4111 \x1b[4l\r\n',
  'a code': 'cvv: \x1b[1m123\x1b[m\r\n',
  'full-width digits': '４１１１１１１１１１１１１１１１\r\n',
};

test('whatever a program does to draw a card number, none stands on the screen', async (t) => {
  for (const [name, output] of Object.entries(DRAWN)) {
    const before = await shown(utf8(output));
    const after = cleaned(whole(output));
    t.notOk(holdsNumber(await shown(after)), `${name}: ${(await shown(after)).join('|')}`);
    t.equal(after.length, utf8(output).length, `${name}: as many bytes`);
    if (!/title|code|by the program/.test(name)) t.ok(holdsNumber(before), `${name} draws one`);
  }
});

test('for every way of cutting, what goes out is the same', async (t) => {
  for (const output of Object.values(DRAWN))
    everySplit(utf8(output), (pieces) => text(cleaned(pieces)), { randomCuts: 20 });
  everySplit(utf8(Object.values(DRAWN).join('')), (pieces) => text(cleaned(pieces)), {
    offsetsMax: 300,
    randomCuts: 20,
  });
  t.pass();
});

test('a number whose hold-back runs out behind each digit never stands whole on the screen', async (t) => {
  for (const number of ['4111111111111111', '4111 1111 1111 1111', '378282246310005', '6011000990139424']) {
    const digits = [...number].map((digit) => utf8(digit));
    const rows = await shown(cleaned([utf8('$ '), ...digits, utf8('\r\n')], true));
    t.notOk(holdsNumber(rows), `${rows[0]}`);
    t.match(rows[0]!, /^\$ [\d ]{11,13}[* ]+$/);
  }
});

test('of a number that stands still in its middle, what comes behind it is hidden', async (t) => {
  for (let cut = 1; cut < 16; cut++) {
    const pieces = [utf8('4111111111111111'.slice(0, cut)), utf8(`${'4111111111111111'.slice(cut)} x\r\n`)];
    const [row] = await shown(cleaned(pieces, true));
    t.ok(row!.replace(/[^*]/g, '').length >= Math.min(5, 16 - cut), `${cut}: ${row}`);
    t.notOk(holdsNumber([row!]));
  }
});

test('what holds no number goes out as it came, at once but for digits at its end', async (t) => {
  const output =
    '\x1b[1;1H\x1b[2J\x1b[32mtop - 10:31:02 up 5 days\x1b[m\x1b[K\r\n 1234 root  20   0\r\nweb1:~$ ';
  t.equal(text(cleaned(whole(output))), output);
  const terminal = new TerminalCleaner(cleaner, SIZE);
  t.equal(text(terminal.push(utf8('root@web1:~# '))), 'root@web1:~# ');
  t.equal(text(terminal.push(utf8('l'))), 'l');
  t.equal(text(terminal.push(utf8('4'))), '');
  t.equal(terminal.heldBytes, 1);
  t.equal(text(terminal.flush()), '4');
});

test('long numbers that are none go out though they come slowly', async (t) => {
  for (const number of ['1700000000000000', '0123456789012345678901234']) {
    const digits = [...number].map((digit) => utf8(digit));
    t.equal(text(cleaned([...digits, utf8('\r\n')], true)), `${number}\r\n`);
  }
});

test('plain text in large pieces is masked as in small ones, also where it goes on behind', async (t) => {
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i} of a log, nothing in it\r\n`);
  lines[200] = 'card 4111111111111111 in the middle\r\n';
  lines.push('4111 1111');
  const output = `${lines.join('')} 1111\b\b\b\b1111 1111\r\n`;
  const result = everySplit(utf8(output), (pieces) => text(cleaned(pieces)), {
    offsetsMax: 60,
    randomCuts: 20,
  });
  t.notMatch(result, /4111111111111111|1111 1111\r/);
  t.match(result, 'card 411111******1111');
});

test('findings are counted by kind, and said to be late where digits had gone before', async (t) => {
  const terminal = new TerminalCleaner(cleaner, SIZE);
  terminal.push(utf8('4111111111111111 and\r\n'));
  t.strictSame(terminal.takeFindings(), [{ kind: 'pan', count: 1, lateCount: 0 }]);
  t.strictSame(terminal.takeFindings(), []);
  terminal.push(utf8('4111111111'));
  terminal.flush();
  terminal.push(utf8('111111 and\r\n'));
  t.strictSame(terminal.takeFindings(), [{ kind: 'pan', count: 1, lateCount: 1 }]);
});
