/**
 * Card numbers among everything that moves a cursor in its row, cut at random: the same goes out for
 * every way of cutting, and as many bytes as came.
 */
import { type Bytes, equal, join, keep, utf8 } from '../../../base/bytes.ts';
import { createCleaner, defaultRules } from '../../../engine/index.ts';
import type { Fuzzer } from '../../../test/fuzz.ts';
import type { Random } from '../../../test/random.ts';
import { TerminalCleaner } from './cleaner.ts';

const cleaner = createCleaner(defaultRules);
const SIZE = { columns: 30, rows: 6 };
const NUMBERS = ['4111111111111111', '4111 1111 1111 1111', '5500-0000-0000-0004', '378282246310005'];
const STILL = ['\x1b[31m', '\x1b[m', '\x1b[K', '\x1b]0;title\x07', '\x1b[?25l', '\x07', '\x1b(B', '\u009b1m'];
const MOVES = ['\b', '\r', '\x1b[C', '\x1b[D', '\x1b[5G', '\x1b[1K', '\x1b[2P', '\x1b[@', '\t', '\x1b[3b'];
const AWAY = ['\r\n', '\x1b[2;1H', '\x1b[A', '\x1b[2J', '\x1b[L', '\x1bM', '\x1b[?1049h', '\x1bc', '\x1b[4h'];
const TEXT = ['word ', 'é', '日本', '７', '12', ' ', '2024-01-02 ', '\xff'];

function drawn(random: Random): string {
  const number = random.pick(NUMBERS);
  let output = '';
  for (const character of number) {
    if (random.oneIn(4)) output += random.pick(STILL);
    if (random.oneIn(12)) output += `${random.digits(1)}\b`;
    output += character === ' ' && random.oneIn(2) ? '\x1b[C' : character;
  }
  return output;
}

function outputOf(random: Random): Bytes {
  let output = '';
  for (let i = 2 + random.below(12); i > 0; i--) {
    const sort = random.below(8);
    if (sort < 2) output += `${drawn(random)}${random.pick(['', ' ', '\r\n'])}`;
    else output += random.pick(sort === 2 ? STILL : sort < 5 ? MOVES : sort === 5 ? AWAY : TEXT);
  }
  return utf8(output);
}

function cleaned(output: Bytes, cuts: readonly number[], broken = false): Bytes {
  let terminal = new TerminalCleaner(cleaner, SIZE);
  const parts: Bytes[] = [];
  const bounds = [0, ...cuts, output.length];
  for (let i = 1; i < bounds.length; i++) {
    parts.push(keep(terminal.push(keep(output.subarray(bounds[i - 1], bounds[i])))));
    if (!broken) continue;
    parts.push(keep(terminal.flush()));
    terminal = new TerminalCleaner(cleaner, SIZE);
  }
  parts.push(keep(terminal.flush()));
  return join(parts);
}

function cutsOf(random: Random, length: number): number[] {
  return Array.from({ length: random.below(8) }, () => random.below(length + 1)).sort((a, b) => a - b);
}

function check(output: Bytes, cleanedOutput: Bytes, cut: Bytes): void {
  if (cleanedOutput.length !== output.length) throw new Error('not as many bytes as came');
  if (!equal(cleanedOutput, cut)) throw new Error('cutting changes what goes out');
}

export const fuzzer: Fuzzer = {
  name: 'ssh-terminal',
  round(random) {
    const output = outputOf(random);
    check(output, cleaned(output, []), cleaned(output, cutsOf(random, output.length)));
  },
  /** One that forgets what came before a cut. */
  canary(random) {
    const output = outputOf(random);
    check(output, cleaned(output, []), cleaned(output, cutsOf(random, output.length), true));
  },
};
