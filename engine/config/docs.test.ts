/** What docs/ says of configuration and errors, beside what the code says. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { limits } from '../../base/limits.ts';
import { plugins } from '../plugins.ts';
import type { JsonSchema } from './explain.ts';
import { configJsonSchema } from './schema.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

test('docs/pangate.schema.json is the schema of the code', async (t) => {
  const fresh = `${JSON.stringify(configJsonSchema(plugins), null, 2)}\n`;
  const same =
    JSON.stringify(JSON.parse(read('docs/pangate.schema.json'))) === JSON.stringify(JSON.parse(fresh));
  t.ok(same, 'run: node build/cli/main.js config schema > docs/pangate.schema.json');
});

test('docs/configuration.md names every key', async (t) => {
  const text = read('docs/configuration.md');
  const missing = keys(configJsonSchema(plugins)).filter((key) => !new RegExp(`\\b${key}\\b`).test(text));
  t.same(missing, []);
});

test('docs/configuration.md has the limits and their defaults', async (t) => {
  const text = read('docs/configuration.md');
  for (const [name, value] of Object.entries(limits)) t.match(text, `| \`${name}\` | ${value} |`, name);
});

test('docs/errors.md lists the codes of base/errors.ts and no others', async (t) => {
  const codes = [...read('base/errors.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1]);
  const listed = [...read('docs/errors.md').matchAll(/^\| `([a-z-]+)`/gm)].map((match) => match[1]);
  t.ok(codes.length > 10);
  t.same(listed, codes);
});

function keys(schema: JsonSchema): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [key, ...keys(value)]);
  return schema.items ? [...inner, ...keys(schema.items)] : inner;
}
