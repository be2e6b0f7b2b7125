/** What was typed, in characters that can be seen. */
import { safeText } from './safe-text.ts';

const KEYS: Readonly<Record<string, string>> = {
  '\r': '⏎',
  '\n': '⏎',
  '\t': '⇥',
  '\x7f': '⌫',
  '\b': '⌫',
  '\x1b[A': '↑',
  '\x1b[B': '↓',
  '\x1b[C': '→',
  '\x1b[D': '←',
  '\x1bOA': '↑',
  '\x1bOB': '↓',
  '\x1bOC': '→',
  '\x1bOD': '←',
  '\x1b[H': '⇱',
  '\x1b[F': '⇲',
  '\x1b[3~': '⌦',
};
const KEY = /\x1b\[[\d;]*[A-Za-z~]|\x1bO[A-Z]|[\x00-\x1f\x7f]/g;

/** `ls⏎`, `^C`, `↑`: keys by their signs, other control characters as `^X`. */
export function typedText(input: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const match of input.matchAll(KEY)) {
    parts.push(safeText(input.slice(from, match.index)), keyOf(match[0]));
    from = match.index + match[0].length;
  }
  return parts.join('') + safeText(input.slice(from));
}

function keyOf(key: string): string {
  const known = KEYS[key];
  if (known !== undefined) return known;
  if (key.length > 1) return '⎋';
  return key === '\x1b' ? '⎋' : `^${String.fromCharCode(key.charCodeAt(0) + 0x40)}`;
}
