/** Configurations with random damage and a secret in a random place: never another error, never the secret. */
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { plugins } from '../plugins.ts';
import { parseText } from './document.ts';
import { explain } from './explain.ts';
import { ConfigError } from './problem.ts';
import { checkReferences } from './references.ts';
import { configJsonSchema } from './schema.ts';
import { configShape } from './shape.ts';

const SECRET = 'hunter2';
const SCHEMA = configJsonSchema(plugins);
const SHAPE = configShape(plugins, '/');

const WHOLE = `version: 1
listeners:
  - { name: pg, protocol: postgres, address: 127.0.0.1:6432 }
targets:
  - name: cards
    protocol: postgres
    address: db:5432
    user: app
    password: { env: CARDS }
    options: { database: payments }
users: { file: users.yaml }
mask: { detectors: { pan: full }, columns: [{ name: a, columns: ['*.cvv'], kind: cvv }] }
record: { results: { rowsMax: all } }
limits: { sessionsMax: 5 }
`;

const SIGNS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ' ',
  '\n',
  '- ',
  '"',
  "'",
  '&',
  '*',
  '!',
  '|',
  '>',
  '#',
  '%',
  '\t',
  ', ',
  '?',
  '0',
  'off',
  'null',
];

/** The secret as a value of the password, whatever stands around it, and damage elsewhere. */
function damaged(random: Random): string {
  const secret = `${random.pick(['', '"', '{ ', '[', '!', '*', '&', '{ env: ', '{ file: x, ', '| ', '- '])}${SECRET}${random.pick(['', '"', ' }', ']', ': x', ' y'])}`;
  let text = random.oneIn(2) ? WHOLE.replace('{ env: CARDS }', secret) : WHOLE;
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(text.length);
    text = text.slice(0, at) + random.pick(SIGNS) + text.slice(at + random.below(3));
  }
  return text;
}

/** What an operator would be shown; empty if the configuration is taken. */
function shown(text: string): string {
  try {
    const source = parseText('pangate.yaml', text);
    const parsed = SHAPE.safeParse(source.value);
    const problems = parsed.success ? [] : explain(source, SCHEMA, parsed.error.issues);
    problems.push(...checkReferences(source, plugins));
    if (!parsed.success && problems.length === 0) throw new Error('refused without a word');
    return problems.map(({ what, remedy }) => `${what} ${remedy}`).join('\n');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

export const fuzzer: Fuzzer = {
  name: 'config',
  round(random) {
    if (shown(damaged(random)).includes(SECRET)) throw new Error('the secret is shown');
  },
  /** Shows the line that is wrong, as parsers like to. */
  canary(random) {
    const text = damaged(random);
    const line = shown(text) ? text.split('\n').find((candidate) => candidate.includes('password')) : '';
    if (line?.includes(SECRET)) throw new Error('the secret is shown');
  },
};
