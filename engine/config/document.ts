/**
 * A YAML 1.2 file (or JSON, which YAML contains) with the place of every key, for error
 * messages that point. Nothing of the file's content goes into a message: a secret in the wrong
 * place must not come out in a log.
 */
import {
  type Document,
  type ErrorCode,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';
import { readText } from './file.ts';
import { ConfigError, type Problem } from './problem.ts';

/** Aliases may not blow a small file up. */
const ALIASES_MAX = 100;

/** A parsed file. */
export interface Source {
  readonly file: string;
  /** Plain values. */
  readonly value: unknown;
  /** The parsed tree, for edits that keep comments. */
  readonly tree: Document;
  /** Line and column, from 1, of the value at a path (of its nearest parent if it has none). */
  place(path: readonly PropertyKey[]): Place;
  /** Line and column of a key. */
  keyPlace(path: readonly PropertyKey[], key: string): Place;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Reads and parses; throws `file-unreadable` or a ConfigError with all syntax errors. */
export function readDocument(file: string): Source {
  return parseText(file, readText(file));
}

/** Parses a text; `file` is only for messages. */
export function parseText(file: string, text: string): Source {
  const lines = new LineCounter();
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...tree.errors, ...tree.warnings];
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (faults.length > 0)
    throw new ConfigError(
      file,
      faults.map((fault) => syntaxProblem(file, fault.code, at(fault.pos[0]))),
    );
  return {
    file,
    tree: tree as Document,
    value: plain(file, tree as Document),
    place: (path) => at(offsetOf(tree as Document, path)),
    keyPlace: (path, key) => at(keyOffset(tree as Document, path, key)),
  };
}

function plain(file: string, tree: Document): unknown {
  try {
    return withoutNulls(tree.toJS({ maxAliasCount: ALIASES_MAX }));
  } catch {
    throw new ConfigError(file, [syntaxProblem(file, 'BAD_ALIAS', { line: 1, column: 1 })]);
  }
}

/** A key without a value (`mask:`) is a key that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

function syntaxProblem(file: string, code: ErrorCode, place: Place): Problem {
  const [what, remedy] = SYNTAX[code] ?? ['not valid YAML', 'Check indentation, colons and quotes here.'];
  return { file, ...place, path: '', what, remedy };
}

const SYNTAX: Partial<Readonly<Record<ErrorCode, readonly [string, string]>>> = {
  BAD_ALIAS: ['an alias (`*name`) that leads nowhere or too far', 'Write the value out, or quote it.'],
  BAD_DIRECTIVE: ['a YAML directive that is not known', 'Remove the line that starts with `%`.'],
  BAD_INDENT: ['wrong indentation', 'Indent the keys of one block by the same number of spaces.'],
  BAD_SCALAR_START: ['a value starts with a reserved character', 'Put the value in quotes.'],
  DUPLICATE_KEY: ['the same key twice', 'Keep one of them.'],
  MISSING_CHAR: ['a character is missing here', 'Close the quote or bracket, or add the comma or colon.'],
  MULTIPLE_DOCS: ['a second document (`---`)', 'Keep one document in the file.'],
  TAB_AS_INDENT: ['a tab as indentation', 'Indent with spaces.'],
  TAG_RESOLVE_FAILED: ['a tag (`!name`) that is not known', 'Remove the tag, or quote the value.'],
};

/** Where the node at a path starts; where there is none, its nearest parent. */
function offsetOf(tree: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? tree.contents : tree.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range) return range[0]!;
  }
  return 0;
}

function keyOffset(tree: Document, path: readonly PropertyKey[], key: string): number {
  const map = path.length === 0 ? tree.contents : tree.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item: Pair) => isPair(item) && keyText(item) === key) : undefined;
  const range = (pair?.key as { range?: readonly number[] } | undefined)?.range;
  return range ? range[0]! : offsetOf(tree, path);
}

function keyText(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}
