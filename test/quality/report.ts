import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules } from '../../engine/mask-rules.ts';
import { corporaFolder } from './corpora.ts';
import { type Figure, figures } from './score.ts';

/** Prints a line for each figure and, below it, what was missed or taken wrongly. */
export function report(print: (line: string) => void, wrongMax: number): boolean {
  const folder = corporaFolder();
  if (folder === null) {
    print('The corpora are not here: set PANGATE_CORPORA to their folder.');
    return true;
  }
  let holds = true;
  for (const figure of figures(createCleaner(defaultRules), folder)) {
    holds &&= figure.holds;
    print(line(figure));
    for (const wrong of figure.wrong.slice(0, wrongMax)) print(`        ${wrong}`);
    if (figure.wrong.length > wrongMax) print(`        and ${figure.wrong.length - wrongMax} more`);
  }
  return holds;
}

function line({ corpus, measure, got, of, bar, holds }: Figure): string {
  const isRecall = bar > 0 && bar <= 1 && corpus !== 'logs';
  const share = isRecall ? `${((100 * got) / of).toFixed(2)} % (bar ${100 * bar} %)` : `(at most ${bar})`;
  return `${holds ? 'ok  ' : 'MISS'}  ${corpus.padEnd(10)} ${measure.padEnd(28)} ${got} of ${of}  ${share}`;
}
