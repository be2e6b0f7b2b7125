/**
 * Reads the rows of a server's tables for a scan at rest: simple queries (documentation 54.2.3)
 * in a session that is read-only, a cursor for each table, so that memory holds one batch.
 */
import { serialize } from 'pg-protocol';
import { int16At, int32At } from '../../base/binary.ts';
import { type Bytes, text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import type { Inspected, InspectedColumn, InspectOptions } from '../protocol.ts';
import { sqlState } from './fields.ts';
import { Type } from './messages.ts';
import { logIn, readMessage } from './upstream.ts';

const ROW_BYTES_MAX = 64 * 1024 * 1024;
/** Rows of one batch end at the first of these. */
const BATCH_ROWS = 200;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Pages are drawn for so many times the rows wanted, as pages are not equally full; and again for more. */
const DRAWN_RATIO = 4;

/** With row_security off, rows that a policy hides are an error rather than missing. */
const SETTINGS_SQL = `SET default_transaction_read_only = on; SET lock_timeout = '5s'; SET statement_timeout = '10min'; SET client_encoding = 'UTF8'; SET bytea_output = 'escape'; SET row_security = off`;
/** Tables, partitions, materialised views and foreign tables; what is derived at each reading is not at rest. */
const TABLES_SQL = `SELECT n.nspname, c.relname, c.relkind, c.reltuples,
 json_agg(json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'm', 'f') AND c.relispopulated AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2`;

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  /** What the server believes; negative where it does not know. */
  readonly rowsAbout: number;
  readonly columns: readonly InspectedColumn[];
}

type Row = readonly (Bytes | null)[];

/** Reads every table that is wanted; see Protocol.inspect. */
export async function* inspect(
  server: Wire,
  target: Target,
  options: InspectOptions,
): AsyncGenerator<Inspected> {
  const database = (target.options as { database?: string } | undefined)?.database ?? options.database;
  await logIn(server, target, [
    ['user', target.user],
    ['database', database ?? target.user],
    ['application_name', 'pangate scan'],
  ]);
  await all(server, SETTINGS_SQL);
  const tables = (await all(server, TABLES_SQL)).map(tableOf);
  for (const table of tables)
    if (options.wants(table.schema, table.name)) yield* read(server, table, options);
  server.write(serialize.end());
}

function tableOf(row: Row): Table {
  const [schema, name, kind, rows, columns] = row.map((cell) => text(cell!));
  const pairs = JSON.parse(columns!) as [string, string][];
  return {
    schema: schema!,
    name: name!,
    kind: kind!,
    rowsAbout: Number(rows),
    columns: pairs.map(([column, type]) => ({ name: column, type })),
  };
}

/** A table that cannot be read is said so, and does not hide the others. */
async function* read(server: Wire, table: Table, options: InspectOptions): AsyncGenerator<Inspected> {
  const about = { table: `${table.schema}.${table.name}`, columns: table.columns };
  yield { ...about, rows: [], error: null };
  try {
    await all(server, 'BEGIN READ ONLY');
    const rows = options.rowsMax === null ? '' : await sampleOf(server, table, options.rowsMax);
    await all(server, `DECLARE pangate_scan NO SCROLL CURSOR FOR ${selectOf(table)}${rows}`);
    for (let isEnd = false; !isEnd; ) {
      let count = 0;
      for await (const rows of batches(server, `FETCH ${BATCH_ROWS} FROM pangate_scan`)) {
        count += rows.length;
        yield { ...about, rows, error: null };
      }
      isEnd = count < BATCH_ROWS;
    }
  } catch (error) {
    if (!(error instanceof PangateError) || error.code !== 'upstream-refused') throw error;
    yield { ...about, rows: [], error };
  }
  await all(server, 'ROLLBACK');
}

function selectOf({ columns, ...table }: Table): string {
  return `SELECT ${columns.map(({ name }) => `${quoted(name)}::text`).join(', ')} ${fromOf(table)}`;
}

function fromOf({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
  return `FROM ONLY ${quoted(schema)}.${quoted(name)}`;
}

/**
 * Rows of pages all over a table, the same ones each time. What the server believes of a table's size
 * is old, and chance may draw few pages: more are drawn until they hold enough, in the end all.
 */
async function sampleOf(server: Wire, table: Table, rowsMax: number): Promise<string> {
  const { kind, rowsAbout } = table;
  const first = kind === 'f' || rowsAbout <= 0 ? 100 : (100 * DRAWN_RATIO * rowsMax) / rowsAbout;
  for (let percent = first; percent < 100; percent *= DRAWN_RATIO) {
    const sample = ` TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1) LIMIT ${rowsMax}`;
    const [row] = await all(server, `SELECT count(*) FROM (SELECT ${fromOf(table)}${sample}) AS drawn`);
    if (Number(text(row![0]!)) === rowsMax) return sample;
  }
  return ` LIMIT ${rowsMax}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function all(server: Wire, sql: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const some of batches(server, sql)) rows.push(...some);
  return rows;
}

/** The rows of a simple query as they come. Reads to ReadyForQuery, then throws what the server said. */
async function* batches(server: Wire, sql: string): AsyncGenerator<Row[]> {
  server.write(serialize.query(sql));
  let rows: Row[] = [];
  let bytes = 0;
  let refusal: PangateError | null = null;
  for (;;) {
    const { type, body } = await readMessage(server, ROW_BYTES_MAX);
    if (type === Type.ReadyForQuery) break;
    if (type === Type.ErrorResponse) refusal = refused(body);
    if (type === Type.DataRow) {
      rows.push(cellsOf(body.slice()));
      bytes += body.length;
    }
    if (bytes < BATCH_BYTES) continue;
    yield rows;
    [rows, bytes] = [[], 0];
  }
  if (refusal) throw refusal;
  if (rows.length > 0) yield rows;
}

function refused(body: Bytes): PangateError {
  return new PangateError(
    'upstream-refused',
    `the server refused to give it: SQLSTATE ${sqlState(body)}`,
    'Check what the user of the target may read.',
  );
}

/** count int16 | (length int32, value)*; length -1 is NULL */
function cellsOf(body: Bytes): Row {
  const cells: (Bytes | null)[] = [];
  let at = 2;
  for (let i = int16At(body, 0); i > 0; i--) {
    const length = int32At(body, at);
    at += 4;
    if (length > body.length - at) throw new PangateError('message-unknown', 'A row is malformed.');
    cells.push(length < 0 ? null : body.subarray(at, at + length));
    at += Math.max(length, 0);
  }
  return cells;
}
