/**
 * Reads the catalog of one target and database over a connection of the gateway's own, with the
 * target's credential, and keeps it for the sessions that share it. The system tables are read
 * in a read-only transaction; nothing of any table's content is.
 */
import { serialize } from 'pg-protocol';
import { int16At, int32At } from '../../base/binary.ts';
import { type Bytes, text } from '../../base/bytes.ts';
import type { Host } from '../../base/host.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import { type Catalog, NO_CATALOG, type Origin } from './catalog.ts';
import { Type } from './messages.ts';
import { logIn, readMessage } from './upstream.ts';

/** One message of the answer; rows are small: four short columns. */
const MESSAGE_BYTES_MAX = 64 * 1024;
/** A catalog beyond this is not held: columns are then judged by output name and value. */
const COLUMNS_MAX = 2_000_000;
const KEPT_MAX = 256;

const COLUMNS_SQL = `SELECT c.oid, a.attnum, c.relname, a.attname, c.relkind, c.reltype, coalesce(t.typarray, 0) FROM pg_catalog.pg_attribute a
 JOIN pg_catalog.pg_class c ON c.oid = a.attrelid LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reltype
 WHERE c.oid >= 16384 AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2`;
const VIEWS_SQL = `SELECT DISTINCT r.ev_class, d.refobjid, d.refobjsubid FROM pg_catalog.pg_depend d
 JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
 WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
 AND d.refobjsubid > 0 AND d.refobjid <> r.ev_class`;

/** One column, as read. */
interface Row {
  readonly table: number;
  readonly number: number;
  readonly origin: { table: string; column: string; carries: Origin[] };
  readonly isView: boolean;
  /** The table's row type and the array of it. */
  readonly rowTypes: readonly number[];
}

/** The catalog of a target and database, read once and again when a table is not known. */
export class CatalogSource implements Catalog {
  readonly #host: Host;
  readonly #target: Target;
  readonly #parameters: readonly (readonly [string, string])[];
  #columns = new Map<number, Map<number, Origin>>();
  #rowTypes = new Map<number, Origin[]>();
  #reading: Promise<void> | null = null;
  version = 0;

  constructor(host: Host, target: Target, parameters: readonly (readonly [string, string])[]) {
    this.#host = host;
    this.#target = target;
    this.#parameters = parameters;
  }

  origin(tableOid: number, number: number): Origin | undefined {
    return this.#columns.get(tableOid)?.get(number);
  }

  knows(tableOid: number): boolean {
    return this.#columns.has(tableOid);
  }

  rowType(typeOid: number): readonly Origin[] | undefined {
    return this.#rowTypes.get(typeOid);
  }

  refresh(_tableOid: number, done: () => void): void {
    void this.read().then(done, done);
  }

  /** Reads it; one reading at a time serves all who wait. Never rejects: what is not known is judged by name and value. */
  async read(): Promise<void> {
    this.#reading ??= this.#read()
      .catch(() =>
        this.#host.log.warn(
          { target: this.#target.name },
          'The catalog could not be read: columns are judged by name and value.',
        ),
      )
      .finally(() => {
        this.#reading = null;
      });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const server = await this.#host.dial(this.#target);
    const deadline = setTimeout(() => server.destroy(), this.#host.limits.upstreamTimeoutMs);
    try {
      await logIn(server, this.#target, this.#parameters);
      const rows = (await query(server, COLUMNS_SQL)).map(rowOf);
      link(rows, await query(server, VIEWS_SQL));
      this.#fill(rows);
      server.write(serialize.end());
    } finally {
      clearTimeout(deadline);
      server.end();
      server.destroy();
    }
  }

  #fill(rows: readonly Row[]): void {
    this.version++;
    this.#columns = new Map();
    this.#rowTypes = new Map();
    for (const { table, number, origin, rowTypes } of rows) {
      listIn(this.#columns, table, () => new Map<number, Origin>()).set(number, origin);
      for (const type of rowTypes) listIn(this.#rowTypes, type, () => []).push(origin);
    }
  }
}

function rowOf([table, number, relname, attname, kind, ...types]: string[]): Row {
  const origin = { table: relname!, column: attname!, carries: [] };
  const rowTypes = types.map(Number).filter((type) => type > 0);
  return {
    table: Number(table),
    number: Number(number),
    origin,
    isView: kind === 'v' || kind === 'm',
    rowTypes,
  };
}

/**
 * PostgreSQL knows which table columns a view uses, not which of its columns carries which. A
 * view column that has the name of a used column is taken for that one; any other may carry each
 * of those that are not carried by name.
 */
function link(rows: readonly Row[], uses: readonly string[][]): void {
  const byTable = new Map<number, Row[]>();
  for (const row of rows) listIn(byTable, row.table, () => []).push(row);
  const usedBy = new Map<number, Row[]>();
  for (const [view, table, number] of uses) {
    const used = byTable.get(Number(table))?.find((row) => row.number === Number(number));
    if (used) listIn(usedBy, Number(view), () => []).push(used);
  }
  for (const [view, used] of usedBy) carry(byTable.get(view) ?? [], used);
  // Views on views: what the used column carries is carried on, as deep as views stand on views.
  for (let round = 0; round < 8; round++) for (const row of rows) spread(row);
}

function carry(columns: readonly Row[], used: readonly Row[]): void {
  const names = new Set(used.map(({ origin }) => origin.column));
  const own = new Set(columns.map(({ origin }) => origin.column));
  const renamed = used.filter(({ origin }) => !own.has(origin.column));
  for (const { origin } of columns) {
    const same = used.filter((row) => row.origin.column === origin.column);
    for (const row of names.has(origin.column) ? same : renamed) origin.carries.push(row.origin);
  }
}

function spread({ origin }: Row): void {
  const known = new Set(origin.carries);
  for (const carried of [...known])
    for (const further of carried.carries) if (!known.has(further)) origin.carries.push(further);
}

function listIn<Value>(map: Map<number, Value>, key: number, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** One simple query's rows as text. */
async function query(server: Wire, sql: string): Promise<string[][]> {
  server.write(serialize.query(sql));
  const rows: string[][] = [];
  for (;;) {
    const { type, body } = await readMessage(server, MESSAGE_BYTES_MAX);
    if (type === Type.ReadyForQuery) return rows;
    if (type === Type.ErrorResponse || rows.length > COLUMNS_MAX)
      throw new Error('the catalog is not to be read');
    if (type === Type.DataRow) rows.push(cellsOf(body));
  }
}

/** count int16 | (length int32, value)* */
function cellsOf(body: Bytes): string[] {
  const cells: string[] = [];
  let at = 2;
  for (let i = int16At(body, 0); i > 0; i--) {
    const length = Math.max(int32At(body, at), 0);
    cells.push(text(body.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return cells;
}

const kept = new WeakMap<Target, Map<string, CatalogSource>>();

/** The catalog that the sessions of a target and database share; read before it is given. */
export async function catalogOf(host: Host, target: Target, database: string): Promise<Catalog> {
  if (!host.cleaner(target).hasColumns) return NO_CATALOG;
  let byDatabase = kept.get(target);
  if (!byDatabase || byDatabase.size >= KEPT_MAX) {
    byDatabase = new Map();
    kept.set(target, byDatabase);
  }
  const known = byDatabase.get(database);
  if (known) return known;
  const parameters = [
    ['user', target.user],
    ['database', database],
    ['application_name', 'pangate catalog'],
  ] as const;
  const source = new CatalogSource(host, target, parameters);
  await source.read();
  byDatabase.set(database, source);
  return source;
}
