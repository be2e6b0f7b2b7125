/** Judges a request by the rules of its target: what it does, and to which path. */
import { judge, type Rule } from '../policy.ts';
import { Open, type Operation, Type } from './messages.ts';
import type { OpenFile } from './open-file.ts';
import { absolute } from './path.ts';
import type { Parsed } from './request.ts';

/** Flags of OPEN that change something. */
const WRITES = Open.WRITE | Open.APPEND | Open.CREAT | Open.TRUNC;

export interface Denial {
  readonly rule: string;
  readonly path: string;
}

export class Gatekeeper {
  readonly #rules: readonly Rule[];
  /** Where relative paths begin. */
  home = '/';

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** Rules name paths: the server has to be asked where relative ones begin. */
  get needsHome(): boolean {
    return this.#rules.some(({ files }) => (files?.length ?? 0) > 0);
  }

  /** The rule that denies a request; null if none does. */
  denial(request: Parsed, files: readonly OpenFile[]): Denial | null {
    for (const path of [...request.paths, ...files.map((file) => file.path)])
      for (const operation of operationsOf(request)) {
        const what = `${operation}:${absolute(path, this.home)}`;
        const { isAllowed, rule } = judge(this.#rules, { kind: 'file', what });
        if (!isAllowed) return { rule, path };
      }
    return null;
  }
}

function operationsOf({ form, numbers }: Parsed): readonly Operation[] {
  if (form.operation === null) return [];
  if (form.operation !== 'open') return [form.operation];
  const flags = form.type === Type.OPEN ? numbers[0]! : 0;
  const reads: Operation[] = (flags & Open.READ) !== 0 || (flags & WRITES) === 0 ? ['read'] : [];
  return (flags & WRITES) !== 0 ? [...reads, 'write'] : reads;
}
