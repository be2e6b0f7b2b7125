/**
 * Turns what zod says into what a person needs: the place, the key, what is wrong and what to
 * write instead. Values are never repeated: they may be secrets.
 */
import type * as z from 'zod';
import type { Source } from './document.ts';
import { type Problem, pathText } from './problem.ts';
import { nearest } from './suggest.ts';

/** A JSON Schema, as far as it is walked here. */
export interface JsonSchema {
  readonly description?: string;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

type Issue = z.core.$ZodIssue;

/** The problems behind zod's issues; `schema` is the same shape as JSON Schema, for its words. */
export function explain(source: Source, schema: JsonSchema, issues: readonly Issue[]): Problem[] {
  const meant = new Set<string>();
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(source, walk(schema, issue.path), issue, meant) : [],
  );
  const others = issues.flatMap((issue) => {
    const at = walk(schema, issue.path);
    if (issue.code === 'unrecognized_keys' || meant.has(pathText(issue.path))) return [];
    const absent = issue.path.length > 0 && isMissing(source.value, issue.path);
    return [absent ? missing(source, at, issue) : wrong(source, at, issue)];
  });
  return [...unknown, ...others];
}

/** A problem found by other means than the shape. */
export function problemAt(
  source: Source,
  path: readonly PropertyKey[],
  what: string,
  remedy: string,
): Problem {
  return { file: source.file, ...source.place(path), path: pathText(path), what, remedy };
}

/** `meant` takes the paths of the keys that were most likely meant: they are not missing as well. */
function unknownKeys(
  source: Source,
  at: JsonSchema | null,
  issue: Extract<Issue, { code: 'unrecognized_keys' }>,
  meant: Set<string>,
): Problem[] {
  const known = [...Object.keys(at?.properties ?? {}), ...(at?.propertyNames?.enum ?? [])];
  const where = issue.path.length > 0 ? ` at ${pathText(issue.path)}` : '';
  return issue.keys.map((key) => {
    const likely = nearest(key, known);
    if (likely) meant.add(pathText([...issue.path, likely]));
    const place = source.keyPlace(issue.path, key);
    const what = mayShow(key, at) ? `unknown key \`${key}\`${where}` : `an unknown key${where}`;
    const remedy = likely ? `Did you mean \`${likely}\`?` : `Known here: ${known.sort().join(', ')}.`;
    return { file: source.file, ...place, path: pathText(issue.path), what, remedy };
  });
}

/** A key without its colon takes its value along: what may be a secret's is not shown. */
function mayShow(key: string, at: JsonSchema | null): boolean {
  if (at?.writeOnly || !/^[\w.-]{1,64}$/.test(key)) return false;
  const secrets = Object.entries(at?.properties ?? {}).filter(([, value]) => value.writeOnly);
  return !secrets.some(([name]) => key.startsWith(name));
}

function missing(source: Source, at: JsonSchema | null, issue: Issue): Problem {
  const what = `\`${pathText(issue.path)}\` is missing`;
  return problemAt(source, issue.path, what, at?.description ? `Give ${at.description}.` : '');
}

function wrong(source: Source, at: JsonSchema | null, issue: Issue): Problem {
  const key = pathText(issue.path);
  const remedy = at?.description ? `Write ${at.description}.` : '';
  if (key === '') return problemAt(source, [], 'not a configuration', 'Write `key: value` lines.');
  if (at?.writeOnly && issue.code === 'invalid_type')
    return problemAt(source, issue.path, `a literal secret is refused at ${key}`, remedy);
  return problemAt(source, issue.path, `${reason(issue)} at ${key}`, remedy);
}

function reason(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'array' ? 'an empty list' : 'too small a value';
    case 'too_big':
      return issue.origin === 'array' ? 'too long a list' : 'too large a value';
    case 'custom':
      return issue.message;
    case 'invalid_value':
    case 'invalid_format':
      return 'a value that is not known';
    default:
      return 'the wrong kind of value';
  }
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value;
  for (const step of path) {
    if (at === null || typeof at !== 'object') return at === undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at === undefined || at === null;
}

/** The schema of the value at a path; null where the schema has none. */
export function walk(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | null {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    if (at === undefined) return null;
    at = typeof step === 'number' ? at.items : (at.properties?.[String(step)] ?? rest(at));
  }
  return at ?? null;
}

function rest(schema: JsonSchema): JsonSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
