/**
 * A statement without its literals: what two runs of one query have in common. Lexical only, so
 * that it works for every dialect; where a gateway has recorded its own (`fp`), that counts.
 */
import { createHash } from 'node:crypto';

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|"(?:[^"]|"")*"|`[^`]*`|\$\d+|[\w.$]+|\s+|[^\s\w]/g;

/** `select * from t where a = ? and b in (?)`. */
export function shapeOf(statement: string): string {
  let shape = '';
  for (const [token] of statement.matchAll(TOKEN)) {
    if (/^(?:--|\/\*|\s)/.test(token)) shape += shape.endsWith(' ') ? '' : ' ';
    else if (/^(?:'|\d|\$)/.test(token)) shape += '?';
    else shape += /^["`]/.test(token) ? token : token.toLowerCase();
  }
  return shape
    .replace(/\?(?:\s*,\s*\?)+/g, '?')
    .replace(/\s*;\s*$/, '')
    .trim();
}

/** Sixteen hex digits of the SHA-256 of the shape; empty for an empty statement. */
export function fingerprintOf(statement: string): string {
  const shape = shapeOf(statement);
  return shape === '' ? '' : createHash('sha256').update(shape).digest('hex').slice(0, 16);
}
