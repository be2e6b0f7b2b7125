/**
 * What the client has asked and the server has not yet answered, in order: the one thing that
 * tells which answer belongs to which question when requests are pipelined.
 */
import type { ColumnRule } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Plan } from './plan.ts';
import type { Run } from './transcript.ts';

/** A prepared statement. */
export interface Statement {
  /** The statement's text as the client sent it, or its beginning; kept in memory only. */
  readonly sql: string;
  /** The text for the record, masked. */
  readonly shown: string;
  /** The rule of a protected column that the text names, where that was looked for as it came. */
  rule?: ColumnRule | null;
  /** Undefined until the server has described it; null if it returns no rows. */
  plan: Plan | null | undefined;
  /** A Describe of it is on its way or answered. */
  described: boolean;
}

/** A portal: a statement with its parameters. */
export interface Portal {
  readonly statement: Statement;
  readonly formats: readonly number[];
  readonly parameters: readonly (string | Uint8Array | null)[];
  plan: Plan | null | undefined;
  described: boolean;
  /** The statement that an earlier Execute has begun and not ended. */
  run: Run | null;
  /** The server has said BindComplete. */
  bound: boolean;
}

/** `own`: asked by the gateway itself; the answer stays inside. */
export type Request =
  | { readonly kind: 'query'; readonly run: Run; readonly sql: string; rule?: ColumnRule | null }
  | { readonly kind: 'parse'; readonly undo: () => void; readonly own: boolean }
  | { readonly kind: 'bind'; readonly undo: () => void; readonly portal: Portal }
  | { readonly kind: 'describe'; readonly what: Statement | Portal; readonly own: boolean }
  | { readonly kind: 'execute'; readonly run: Run; readonly portal: Portal }
  | { readonly kind: 'close'; readonly own: boolean }
  | { readonly kind: 'sync'; readonly own: boolean }
  | { readonly kind: 'call'; readonly run: Run };

/** A bounded queue. */
export class Requests {
  #items: Request[] = [];
  #from = 0;

  get head(): Request | undefined {
    return this.#items[this.#from];
  }

  get size(): number {
    return this.#items.length - this.#from;
  }

  push(request: Request): void {
    if (this.size >= limits.pipelinedRequestsMax)
      throw new PangateError('limit-exceeded', 'Too many requests without an answer.');
    this.#items.push(request);
  }

  shift(): Request | undefined {
    const head = this.#items[this.#from];
    if (head === undefined) return undefined;
    this.#from++;
    if (this.#from === this.#items.length) this.#restart([]);
    else if (this.#from >= 1024) this.#restart(this.#items.slice(this.#from));
    return head;
  }

  /** Drops what an error makes the server skip: all up to the next Sync, newest undone first. */
  skipToSync(): boolean {
    let to = this.#from;
    while (to < this.#items.length && this.#items[to]!.kind !== 'sync') to++;
    for (let i = to - 1; i >= this.#from; i--) undo(this.#items[i]!);
    const found = to < this.#items.length;
    this.#restart(this.#items.slice(to));
    return found;
  }

  /** True if the next Sync in the queue is the gateway's own. */
  nextSyncIsOwn(): boolean {
    for (let i = this.#from; i < this.#items.length; i++) {
      const request = this.#items[i]!;
      if (request.kind === 'sync') return request.own;
    }
    return false;
  }

  /** The server ignores Sync while it takes COPY data: those already sent will have no answer. */
  dropSyncs(): void {
    const rest = this.#items.slice(this.#from);
    this.#restart(rest.filter((request, i) => i === 0 || request.kind !== 'sync'));
  }

  #restart(items: Request[]): void {
    this.#items = items;
    this.#from = 0;
  }
}

function undo(request: Request): void {
  if (request.kind === 'parse' || request.kind === 'bind') request.undo();
}
