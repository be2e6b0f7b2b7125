import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import * as z from 'zod';
import { temporaryFolder } from '../../test/temporary.ts';
import type { Config } from './config.ts';
import { dumpConfig } from './dump.ts';
import { loadConfig } from './load.ts';
import type { Plugins } from './plugins.ts';
import { ConfigError } from './problem.ts';

const plugins: Plugins = {
  protocols: [
    {
      name: 'echo',
      defaultPort: 7,
      targetOptions: z.strictObject({ database: z.string().default('main') }),
      serve: 1,
    },
    { name: 'chargen', defaultPort: 19, targetOptions: z.strictObject({}), serve: 1 },
  ],
  detectors: ['pan', 'iban', 'cvv'],
  brands: ['visa', 'unionpay'],
  masks: ['partial', 'full'],
};

const WHOLE = `version: 1
listeners:
  - name: door
    protocol: echo
    address: 127.0.0.1:6432
targets:
  - name: cards
    protocol: echo
    address: "[::1]"
    user: app
    password: { env: CARDS_PASSWORD }
users: { file: users.yaml }
`;

function write(text: string): string {
  const file = join(temporaryFolder('config'), 'pangate.yaml');
  writeFileSync(file, text);
  return file;
}

function load(text: string): Config {
  return loadConfig(write(text), plugins);
}

/** `line:column what | remedy` of each problem. */
function problems(text: string): string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column} ${p.what} | ${p.remedy}`);
  }
}

test('a small configuration is completed with defaults', async (t) => {
  const config = load(WHOLE);
  t.match(config.record, { mode: 'strict', durability: 'disk', results: { rowsMax: 1000 } });
  t.equal(config.limits.sessionsMax, 10_000);
  t.same(config.targets[0]?.address, { host: '::1', port: null });
  t.match(config.users.file, /^\/.*\/users\.yaml$/, 'relative to the configuration file');
  t.match(config.digest, /^[0-9a-f]{64}$/);
});

test('what is dumped loads again to the same digest', async (t) => {
  const config = load(WHOLE);
  t.equal(load(dumpConfig(config)).digest, config.digest);
});

test('a redacted dump holds no address, account, path or option', async (t) => {
  const dump = dumpConfig(load(`${WHOLE}record: { directory: /srv/rec }\n`), { redacted: true });
  for (const word of ['6432', '::1', /\bapp\b/, 'CARDS_PASSWORD', 'users.yaml', '/srv', 'main'])
    t.notMatch(dump, word);
  t.match(dump, 'name: cards');
});

test('an unknown key is named with its place and the likely meaning', async (t) => {
  t.same(problems(WHOLE.replace('    address: 127', '    listen: 127')), [
    '5:5 unknown key `listen` at listeners[0] | Did you mean `address`?',
  ]);
  t.same(problems(`${WHOLE}lgo: {}\n`), ['13:1 unknown key `lgo` | Did you mean `log`?']);
});

test('a key that is missing is named with what to give', async (t) => {
  t.same(problems(WHOLE.replace('    address: 127.0.0.1:6432\n', '')), [
    "3:5 `listeners[0].address` is missing | Give `host:port`, `[::]:port` for every interface, or a Unix socket's path.",
  ]);
});

test('every problem is told at once, in the order of the lines', async (t) => {
  const text = WHOLE.replace('version: 1', 'version: 2')
    .replace('protocol: echo', 'protocol: gopher')
    .replace('"[::1]"', '"a b"')
    .replace('{ file: users.yaml }', '3');
  t.same(
    problems(`${text}mask: { detectors: { pan: sometimes, dna: full } }\nlimits: { sessionsMax: 0 }\n`).map(
      (line) => line.replace(/ \|.*/, ''),
    ),
    [
      '1:10 a value that is not known at version',
      '4:15 a value that is not known at listeners[0].protocol',
      '9:14 not an address at targets[0].address',
      '12:8 the wrong kind of value at users',
      '13:27 a value that is not known at mask.detectors.pan',
      '13:38 unknown key `dna` at mask.detectors',
      '14:24 too small a value at limits.sessionsMax',
    ],
  );
});

test('options of masking are complete, and bounded', async (t) => {
  t.match(load(WHOLE).mask, {
    uncheckedBrands: ['unionpay'],
    numbers: 'absent',
    held: { bytesMax: 8192, beyond: 'mask' },
  });
  const target = WHOLE.replace('users:', '    mask: { numbers: zeros }\nusers:');
  t.same(load(target).targets[0]?.mask, { detectors: {}, columns: [], numbers: 'zeros' });
  const text = `${WHOLE}mask: { uncheckedBrands: [vise], numbers: zero, held: { bytesMax: 1023 } }\n`;
  t.same(
    problems(text).map((line) => line.replace(/ \|.*/, '')),
    [
      '13:27 a value that is not known at mask.uncheckedBrands[0]',
      '13:43 a value that is not known at mask.numbers',
      '13:67 too small a value at mask.held.bytesMax',
    ],
  );
});

test('names must be unique and targets must exist and speak the same protocol', async (t) => {
  const two = WHOLE.replace('users:', '  - { name: cards, protocol: chargen, address: h, user: u }\nusers:');
  t.match(problems(two)[0], /^12:13 the same name as targets\[0\]/);
  const elsewhere = WHOLE.replace('6432\n', '6432\n    target: card\n');
  t.match(problems(elsewhere)[0], /^6:13 no such target at listeners\[0\]\.target \| Known: cards\./);
  const other = WHOLE.replace('6432\n', '6432\n    target: cards\n').replace(
    'protocol: echo',
    'protocol: chargen',
  );
  t.match(problems(other)[0], /a target of another protocol/);
});

test("a target's options are checked by its protocol", async (t) => {
  const text = WHOLE.replace('users:', '    options: { databse: payments }\nusers:');
  t.same(problems(text), ['12:16 unknown key `databse` at targets[0].options | Did you mean `database`?']);
});

test('a literal secret is refused and never repeated', async (t) => {
  const remedy = 'Write `{ env: NAME }` or `{ file: path }`; never the secret itself.';
  for (const secret of ['hunter2', '"hunter2"', '[hunter2]', '4711', '|\n      hunter2']) {
    const found = problems(WHOLE.replace('{ env: CARDS_PASSWORD }', secret));
    t.same(
      found.map((line) => line.split(' ').slice(1).join(' ')),
      [`a literal secret is refused at targets[0].password | ${remedy}`],
    );
  }
  for (const secret of [
    '{ hunter2 }',
    '{ value: hunter2 }',
    '{ env: "hunter2!" }',
    '{ env: A, file: hunter2 }',
    '*hunter2',
    '!hunter2 x',
    '"hunter2',
    '{ hunter2',
    '&hunter2 !!binary x',
    '@hunter2',
    '{ env: A, env: hunter2 }',
  ]) {
    const found = problems(WHOLE.replace('{ env: CARDS_PASSWORD }', secret));
    t.ok(found.length > 0, secret);
    t.notMatch(found.join('\n'), 'hunter2');
  }
});

test('broken YAML is told by place, without a stack and without its content', async (t) => {
  t.match(problems('version: 1\n\tlisteners: []\n')[0], /^2:1 a tab as indentation/);
  t.match(problems('version: 1\nversion: 1\n')[0], /^2:1 the same key twice/);
  t.match(
    problems('a: &a [1,1,1,1]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n')[0],
    /alias/,
  );
  t.match(problems('')[0], /not a configuration/);
  t.match(problems('[]')[0], /not a configuration/);
  t.match(problems('hunter2')[0], /not a configuration/);
});

test('every prefix of a configuration gives problems or a configuration, never another error', async (t) => {
  for (let length = 0; length < WHOLE.length; length++) problems(WHOLE.slice(0, length));
  t.pass();
});

test('a file that is not there is an error with a remedy', async (t) => {
  t.throws(() => loadConfig('/nowhere/pangate.yaml', plugins), { code: 'file-unreadable', remedy: /path/ });
});
