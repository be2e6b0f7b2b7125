import { test } from 'tap';
import { defaultRules } from '../mask-rules.ts';
import type { Config } from './config.ts';
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
