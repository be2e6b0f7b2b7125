import { PangateError } from '../../base/errors.ts';

/** One thing that is wrong with a file that people write. Never holds a value of that file. */
export interface Problem {
  readonly file: string;
  /** From 1; 0 where the problem has no place. */
  readonly line: number;
  readonly column: number;
  /** The key's path: `listeners[0].address`; empty for the whole file. */
  readonly path: string;
  readonly what: string;
  readonly remedy: string;
}

/** More would bury the first, which is the one to start with. */
const SHOWN_MAX = 50;

/** All that is wrong with one file, in the order of its lines. */
export class ConfigError extends PangateError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const count = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`;
    const shown = sorted.slice(0, SHOWN_MAX).map(line);
    if (sorted.length > SHOWN_MAX) shown.push('  ...');
    super('config-invalid', `${file} has ${count}\n${shown.join('\n')}`);
    this.problems = sorted;
  }
}

function line(problem: Problem): string {
  const at = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const remedy = problem.remedy ? `\n      ${problem.remedy}` : '';
  return `  ${at}  ${problem.what}${remedy}`;
}

/** `['listeners', 0, 'address']` as `listeners[0].address`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : `.${String(step)}`;
  return text.replace(/^\./, '');
}
