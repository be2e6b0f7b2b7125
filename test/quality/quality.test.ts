/** The figures of docs/detection.md on the labelled corpora, each held by an assertion. */
import { test } from 'tap';
import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules } from '../../engine/mask-rules.ts';
import { corporaFolder } from './corpora.ts';
import { figures } from './score.ts';

const folder = corporaFolder();
const skip = folder === null ? 'the corpora are not here' : false;

test('detection reaches its figures on the corpora', { skip }, async (t) => {
  for (const { corpus, measure, got, of, bar, holds, wrong } of figures(createCleaner(defaultRules), folder!))
    t.ok(holds, `${corpus}, ${measure}: ${got} of ${of}, bar ${bar}`, { wrong: wrong.slice(0, 5) });
});
