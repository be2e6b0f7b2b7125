import { test } from 'tap';
import { defaultRules } from '../mask-rules.ts';
import type { Config } from './config.ts';
import { noKey } from './mask-keys.ts';
import { maskRules } from './rules.ts';

function config(mask: object, own: object): Config {
  return {
    mask: { detectors: {}, columns: [], ...mask },
    targets: [{ name: 't', mask: own }],
  } as unknown as Config;
}

test('without a word the built-in rules hold', async (t) => {
  t.same(maskRules(config({}, {}), 't'), defaultRules);
});

test('a target overrides the general rules, and these the built-in ones', async (t) => {
  const rules = maskRules(
    config({ detectors: { pan: 'full', cvv: 'off' } }, { detectors: { pan: 'partial' } }),
    't',
  );
  const { cvv: _, ...others } = defaultRules.detectors;
  t.same(rules.detectors, { ...others, pan: { mask: 'partial' } });
});

test('a column rule comes before the built-in ones and replaces one of its name', async (t) => {
  const pins = { name: 'pins', columns: ['card_pin'], kind: 'pin', mask: 'full' };
  const { columns } = maskRules(config({ columns: [pins] }, {}), 't');
  t.same(columns[0], { rule: 'pins', columns: ['card_pin'], kind: 'pin', mask: 'full' });
  t.equal(columns.filter(({ rule }) => rule === 'pins').length, 1);
  t.equal(columns.length, defaultRules.columns.length);
});

test('expressions of a target stand before the general ones and replace one of their name', async (t) => {
  const expression = (name: string, pattern: string) => ({
    name,
    pattern,
    ignoreCase: false,
    lengthBytesMax: 256,
    mask: 'full',
  });
  const general = [expression('employee', 'EMP-[0-9]+'), expression('badge', 'B[0-9]{8}')];
  const { expressions } = maskRules(
    config({ expressions: general }, { expressions: [expression('employee', 'E[0-9]{6}')] }),
    't',
  );
  t.same(
    expressions?.map(({ kind, pattern }) => [kind, pattern]),
    [
      ['employee', 'E[0-9]{6}'],
      ['badge', 'B[0-9]{8}'],
    ],
  );
});

test('options of a target take the place of the general ones', async (t) => {
  const held = { bytesMax: 2048, beyond: 'pass' };
  const general = { uncheckedBrands: ['visa'], numbers: 'absent', held };
  const rules = maskRules(config(general, { numbers: 'zeros' }), 't');
  t.match(rules, { ...general, numbers: 'zeros' });
});

const token = { current: 'k2', keys: { k1: { env: 'K1' }, k2: { env: 'K2' } } };

test('keys are read from where the configuration says', async (t) => {
  process.env['K1'] = 'ab'.repeat(32);
  process.env['K2'] = Buffer.alloc(32, 7).toString('base64');
  const { keys } = maskRules(config({ keys: { token } }, {}), 't');
  t.equal(keys?.token?.current, 'k2');
  t.same(
    [...keys!.token!.keys.values()].map((key) => key[0]),
    [0xab, 7],
  );
  const fpe = { key: { env: 'K1' }, tweak: 'ff', scope: 'middle', checkDigit: 'wrong' };
  t.match(maskRules(config({}, { keys: { fpe } }), 't').keys?.fpe, {
    scope: 'middle',
    tweak: Buffer.from([255]),
  });
});

for (const [what, value, message] of [
  ['is too short', 'ab'.repeat(31), /mask\.keys\.token\.keys\.k2: .* fewer than 32/],
  ['is no key', 'hunter two!', /neither hexadecimal nor Base64/],
  ['is missing', '', /K2 is empty or not set/],
] as const)
  test(`a key that ${what} is an error that does not repeat it`, async (t) => {
    process.env['K1'] = 'ab'.repeat(32);
    process.env['K2'] = value;
    const read = (): unknown => maskRules(config({ keys: { token } }, {}), 't');
    t.throws(read, { code: 'config-invalid', message });
    t.doesNotThrow(() => maskRules(config({ keys: { token } }, {}), 't', noKey));
  });

test('a current key that is none of them is an error', async (t) => {
  const read = (): unknown =>
    maskRules(config({ keys: { token: { ...token, current: 'k3' } } }, {}), 't', noKey);
  t.throws(read, { code: 'config-invalid', message: /names none/ });
});
