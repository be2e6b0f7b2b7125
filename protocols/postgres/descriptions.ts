/**
 * From a RowDescription to the plan by which its rows are masked. A program sends the same few
 * statements again and again, so what a description alone decides is remembered by its bytes.
 */
import { type Bytes, keep, latin1 } from '../../base/bytes.ts';
import type { ColumnRule } from '../../base/cleaner.ts';
import { limits } from '../../base/limits.ts';
import type { Shared } from './lane.ts';
import { asksForKept, countsOnly, mentionedRule } from './mention.ts';
import { makePlan, maskNames, type Plan, parseRowDescription, unknownTable } from './plan.ts';

/** What a result was asked for by. */
export interface Asked {
  readonly sql: string;
  readonly rule?: ColumnRule | null;
}

/** Longer descriptions are not remembered, and not more than so many. */
const KNOWN_BYTES_MAX = 2048;
const KNOWN_MAX = 64;

export class Descriptions {
  readonly #shared: Shared;
  /** Tables that a refreshed catalog still did not know. */
  readonly #refreshed = new Set<number>();
  readonly #known = new Map<string, Plan>();
  /** The description of a known plan that came last. */
  #last: { readonly bytes: Bytes; readonly plan: Plan } | null = null;
  /** The catalog that the known plans were made with. */
  #catalogVersion = -1;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** The plan; the description's names are masked in place. Null if the catalog is asked first: it must come again. */
  plan(body: Bytes, asked: Asked): Plan | null {
    if (this.#isLast(body)) return counted(this.#last!.plan);
    const key = body.length > KNOWN_BYTES_MAX ? '' : latin1(body);
    const known = this.#lookUp(key);
    if (known) {
      this.#last = { bytes: keep(body), plan: known };
      return counted(known);
    }
    if (this.#awaitCatalog(body)) return null;
    return this.#make(body, asked, key);
  }

  /** Most sessions ask the same thing twice: to compare costs less than to look up. */
  #isLast(body: Bytes): boolean {
    const last = this.#last?.bytes;
    if (last?.length !== body.length || this.#catalogVersion !== this.#shared.catalog.version) return false;
    for (let i = 0; i < body.length; i++) if (last[i] !== body[i]) return false;
    return true;
  }

  #lookUp(key: string): Plan | undefined {
    const { version } = this.#shared.catalog;
    if (this.#catalogVersion !== version) {
      this.#known.clear();
      this.#last = null;
    }
    this.#catalogVersion = version;
    return this.#known.get(key);
  }

  #make(body: Bytes, asked: Asked, key: string): Plan {
    const { cleaner, catalog } = this.#shared;
    let byText = false;
    const plan = makePlan(parseRowDescription(body), {
      cleaner,
      catalog,
      mentioned: () => {
        byText = true;
        return this.#mentioned(asked);
      },
      countsOnly: () => asked.rule === undefined && countsOnly(asked.sql),
    });
    const renamed = maskNames(body, cleaner);
    if (key !== '' && !byText && !renamed) this.#remember(key, plan);
    return plan;
  }

  #remember(key: string, plan: Plan): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(key, plan);
  }

  /** What the text names, or what it may ask for of an earlier text: a cursor, an SQL-level statement. */
  #mentioned({ sql, rule }: Asked): ColumnRule | null {
    const own = rule === undefined ? mentionedRule(sql, this.#shared.cleaner) : rule;
    return own ?? (asksForKept(sql) ? this.#shared.carried : null);
  }

  /** A table that the catalog does not know yet: it is read again, once, before the rows are. */
  #awaitCatalog(body: Bytes): boolean {
    const { catalog, cleaner, outlet } = this.#shared;
    if (!cleaner.hasColumns) return false;
    const table = unknownTable(body, catalog);
    if (table === 0 || this.#refreshed.has(table) || this.#refreshed.size >= limits.preparedStatementsMax)
      return false;
    this.#refreshed.add(table);
    outlet.hold('server', true);
    catalog.refresh(table, () => outlet.hold('server', false));
    return true;
  }
}

/** The same plan with counts of its own: two results may be under way at once. */
function counted({ columns, everyRow }: Plan): Plan {
  const own = columns.map(({ name, table, typeOid, binary, form, place, rule, heeded }) => ({
    name,
    table,
    typeOid,
    binary,
    form,
    place,
    rule,
    heeded,
    masked: 0,
  }));
  return { columns: own, everyRow };
}
