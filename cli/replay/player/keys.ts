/** Keys as a terminal in raw mode sends them. */

const NAMES: Readonly<Record<string, string>> = {
  '\x1b[A': 'up',
  '\x1b[B': 'down',
  '\x1b[C': 'right',
  '\x1b[D': 'left',
  '\x1bOA': 'up',
  '\x1bOB': 'down',
  '\x1bOC': 'right',
  '\x1bOD': 'left',
  '\x1b[1;2C': 'shift-right',
  '\x1b[1;2D': 'shift-left',
  '\x1b[5~': 'page-up',
  '\x1b[6~': 'page-down',
  '\r': 'enter',
  '\n': 'enter',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'escape',
  '\x03': 'q',
  '\x04': 'q',
};
const KEY = /\x1b\[[\d;]*[A-Za-z~]|\x1bO[A-Z]|[\s\S]/gu;

/** The keys in one read: names of the special ones, other characters as they are. */
export function keysOf(input: string): string[] {
  return [...input.matchAll(KEY)]
    .map(([key]) => NAMES[key] ?? key)
    .filter((key) => !key.startsWith('\x1b') && (key.length > 1 || key >= ' '));
}
