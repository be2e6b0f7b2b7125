/** Hostile terminal output, put together and cut at random: what passes is safe, however it comes. */
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { TerminalFilter } from './filter.ts';

/** Titles, clipboards, links, queries and their kin (ECMA-48, 8.3; xterm's ctlseqs), and what may pass. */
const CORPUS: readonly string[] = [
  '\x1b]0;title\x07',
  '\x1b]52;c;ZXZpbA==\x1b\\',
  '\x1b]52;c;?\x07',
  '\x1b]8;;http://evil\x1b\\',
  '\x1b]1337;File=:AAAA\x07',
  '\x1bP$qm\x1b\\',
  '\x1bP+q544e\x1b\\',
  '\x1bP0;1|17/17\x1b\\',
  '\x1b_Gf=24;AAAA\x1b\\',
  '\x1b^private\x1b\\',
  '\x1bXstring\x1b\\',
  '\x9d0;title\x9c',
  '\x90$qm\x9c',
  '\x1b[c',
  '\x1b[>0c',
  '\x1b[6n',
  '\x1b[?1$p',
  '\x1b[21t',
  '\x1b[5i',
  '\x1b[?1000;1006h',
  '\x1b[?2004h',
  '\x1b[2147483647b',
  '\x1b[>4;1m',
  '\x9b6n',
  '\x1b[1;31m',
  '\x1b[38;2;1;2;3m',
  '\x1b[2J\x1b[H',
  '\x1b[?1049h',
  '\x1b(0',
  '\u202eevil\u2066',
  'text \r\n',
  '中文 é',
];
/** What starts something that is not text, colour, movement or erasure. */
const DANGEROUS = /\x1b[\]PX^_Z]|[\x80-\x9f\x05\x07]|\x1b\[[^a-zA-Z@`~]*[cniqtpyx]|\x1b\[[>=]/;

function draw(random: Random): string {
  let text = '';
  for (let i = random.below(12); i >= 0; i--) {
    const part = random.pick(CORPUS);
    const cut = random.oneIn(3) ? random.below(part.length + 1) : part.length;
    text += part.slice(0, cut);
    if (random.oneIn(5)) text += String.fromCharCode(random.below(256));
  }
  return text;
}

function round(random: Random, push: (filter: TerminalFilter, text: string) => string): void {
  const text = draw(random);
  const whole = push(new TerminalFilter(), text);
  const filter = new TerminalFilter();
  let pieces = '';
  for (let at = 0; at < text.length; ) {
    const to = at + 1 + random.below(7);
    pieces += push(filter, text.slice(at, to));
    at = to;
  }
  if (pieces !== whole) throw new Error('what passes depends on how it comes');
  if (DANGEROUS.test(whole)) throw new Error('something passes that acts on a terminal');
  if (new TerminalFilter().push(whole) !== whole) throw new Error('a second filter finds something');
}

/** The canary lets what sets a clipboard through. */
export const fuzzer: Fuzzer = {
  name: 'terminal-filter',
  round: (random) => round(random, (filter, text) => filter.push(text)),
  canary: (random) =>
    round(random, (filter, text) => (text.startsWith('\x1b]52;') ? text : filter.push(text))),
};
