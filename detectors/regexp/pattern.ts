import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';

/** A compiled regular expression over UTF-8. */
export interface Pattern {
  /** The leftmost match that starts at or after `from`; null if there is none. */
  find(bytes: Bytes, from: number): { readonly from: number; readonly to: number } | null;
}

const PATTERN_LENGTH_MAX = 1_024;
const PROGRAM_SIZE_MAX = 20_000;

/** The part of node-re2 that is used. */
interface NativeExpression {
  lastIndex: number;
  exec(bytes: Buffer): ({ readonly index: number } & readonly Buffer[]) | null;
}
type NativeConstructor = new (source: string, flags: string) => NativeExpression;

const require = createRequire(import.meta.url);
const Native: NativeConstructor | null = load();

function load(): NativeConstructor | null {
  try {
    return require('re2') as NativeConstructor;
  } catch {
    return null;
  }
}

/** `re2` where the native library is built, else `re2js`. The results are the same. */
export const regexpEngine: 're2' | 're2js' = Native === null ? 're2js' : 're2';

/** Compiles a rule's pattern. Throws `config-invalid`. */
export function compilePattern(kind: string, source: string, ignoreCase: boolean): Pattern {
  if (source.length > PATTERN_LENGTH_MAX)
    throw invalid(kind, `is longer than ${PATTERN_LENGTH_MAX} characters`);
  const expression = parsed(kind, source, ignoreCase);
  if (expression.matcher('').matches()) throw invalid(kind, 'matches nothing at all');
  return Native === null ? portable(expression) : native(new Native(source, ignoreCase ? 'giu' : 'gu'));
}

/** The same pattern on RE2 in JavaScript, whatever else is there. */
export function portablePattern(source: string, ignoreCase: boolean): Pattern {
  return portable(parsed('', source, ignoreCase));
}

/** Loaded with the first pattern: without any, which is the rule, it is a quarter of a megabyte for nothing. */
function portableEngine(): typeof RE2JS {
  return (require('re2js') as { readonly RE2JS: typeof RE2JS }).RE2JS;
}

function parsed(kind: string, source: string, ignoreCase: boolean): RE2JS {
  const engine = portableEngine();
  try {
    const expression = engine.compile(source, ignoreCase ? engine.CASE_INSENSITIVE : 0);
    if (expression.programSize() <= PROGRAM_SIZE_MAX) return expression;
  } catch (error) {
    throw invalid(kind, `cannot be read: ${(error as Error).message}`);
  }
  throw invalid(kind, 'is too large');
}

function portable(expression: RE2JS): Pattern {
  return {
    find: (bytes, from) => {
      const matcher = expression.matcher(bytes);
      return matcher.find(boundary(bytes, from)) ? { from: matcher.start(), to: matcher.end() } : null;
    },
  };
}

function native(expression: NativeExpression): Pattern {
  return {
    find: (bytes, from) => {
      expression.lastIndex = boundary(bytes, from);
      const match = expression.exec(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      return match === null ? null : { from: match.index, to: match.index + match[0]!.length };
    },
  };
}

/** The next offset at which a character of UTF-8 may start: the engines differ inside of one. */
function boundary(bytes: Bytes, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}

function invalid(kind: string, what: string): PangateError {
  return new PangateError(
    'config-invalid',
    `expressions.${kind}: the pattern ${what}`,
    'It takes the syntax of RE2.',
  );
}
