/** Reads the rows of a server's tables for a scan at rest, in a session that is read-only. */
import { text } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import type { Target } from '../../base/target.ts';
import type { Wire } from '../../base/wire.ts';
import type { Inspected, InspectedColumn, InspectOptions } from '../protocol.ts';
import type { PacketWire } from './packet.ts';
import { all, batches, quit, type Row } from './query.ts';
import { logIn } from './upstream.ts';

/** Rows are drawn for so many times the rows wanted, as their number is an estimate; and again for more. */
const DRAWN_RATIO = 1.3;
/** A sample is drawn by looking at every row: of larger tables it is the first rows. */
const DRAWN_ROWS_MAX = 10_000_000;
const UNKNOWN_VARIABLE = 'error 1193';

/** What an administrator may have set must not leave rows out. */
const SETTINGS = [
  "sql_mode = ''",
  'sql_select_limit = 18446744073709551615',
  'sql_big_selects = 1',
  'lock_wait_timeout = 5',
  'net_write_timeout = 600',
];
/** Ten minutes, as MariaDB and as MySQL spell it; whole tables take the time they need. */
const SAMPLE_SETTINGS = ['max_statement_time = 600', 'max_execution_time = 600000'];

/** Tables, their partitions with them; a view, a sequence or what the server makes up itself is not at rest. */
const TABLES_SQL = `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS FROM information_schema.TABLES
 WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
 AND TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`;

interface Table {
  readonly schema: string;
  readonly name: string;
  /** Keeps the rows that were deleted too. */
  readonly isVersioned: boolean;
  /** What the server believes. */
  readonly rowsAbout: number;
  readonly columns: readonly InspectedColumn[];
}

/** Reads every table that is wanted; see Protocol.inspect. */
export async function* inspect(
  server: Wire,
  target: Target,
  options: InspectOptions,
): AsyncGenerator<Inspected> {
  const database = (target.options as { database?: string } | undefined)?.database ?? options.database;
  const { packets } = await logIn(server, target, database);
  await prepare(packets, options.rowsMax !== null);
  const only = database === null ? '' : ` AND TABLE_SCHEMA = ${literal(database)}`;
  for (const row of await all(packets, `${TABLES_SQL}${only} ORDER BY 1, 2`)) {
    const [schema, name] = [text(row[0]!), text(row[1]!)];
    if (options.wants(schema, name)) yield* read(packets, await tableOf(packets, row), options.rowsMax);
  }
  quit(packets);
}

async function prepare(packets: PacketWire, isSample: boolean): Promise<void> {
  for (const setting of SETTINGS) await all(packets, `SET SESSION ${setting}`);
  await all(packets, 'SET SESSION TRANSACTION READ ONLY');
  if (!isSample) return;
  for (const setting of SAMPLE_SETTINGS)
    await all(packets, `SET SESSION ${setting}`).catch((error: Error) => {
      if (!error.message.includes(UNKNOWN_VARIABLE)) throw error;
    });
}

async function tableOf(packets: PacketWire, row: Row): Promise<Table> {
  const [schema, name, type] = [text(row[0]!), text(row[1]!), text(row[2]!)];
  const columns = await all(
    packets,
    `SELECT COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = ${literal(schema)} AND TABLE_NAME = ${literal(name)} ORDER BY ORDINAL_POSITION`,
  );
  return {
    schema,
    name,
    isVersioned: type === 'SYSTEM VERSIONED',
    rowsAbout: row[3] ? Number(text(row[3])) : 0,
    columns: columns.map(([column, kind]) => ({ name: text(column!), type: text(kind!) })),
  };
}

/** A table that cannot be read is said so, and does not hide the others. */
async function* read(packets: PacketWire, table: Table, rowsMax: number | null): AsyncGenerator<Inspected> {
  const about = { table: `${table.schema}.${table.name}`, columns: table.columns };
  yield { ...about, rows: [], error: null };
  try {
    const rows = rowsMax === null ? '' : await sampleOf(packets, table, rowsMax);
    const columns = table.columns.map((column) => quoted(column.name)).join(', ');
    for await (const some of batches(packets, `SELECT ${columns} ${fromOf(table)}${rows}`))
      yield { ...about, rows: some, error: null };
  } catch (error) {
    if (!(error instanceof PangateError) || error.code !== 'upstream-refused') throw error;
    yield { ...about, rows: [], error };
  }
}

function fromOf({ schema, name, isVersioned }: Table): string {
  return `FROM ${quoted(schema)}.${quoted(name)}${isVersioned ? ' FOR SYSTEM_TIME ALL' : ''}`;
}

/** Rows all over a table, the same ones each time; the first ones where it is very large, or small. */
async function sampleOf(packets: PacketWire, table: Table, rowsMax: number): Promise<string> {
  const { rowsAbout } = table;
  const isDrawn = rowsAbout > 0 && rowsAbout <= DRAWN_ROWS_MAX;
  for (
    let share = isDrawn ? (DRAWN_RATIO * rowsMax) / rowsAbout : 1;
    share < 1;
    share = share * 2 * DRAWN_RATIO
  ) {
    const sample = ` WHERE RAND(1) < ${share.toFixed(9)} LIMIT ${rowsMax}`;
    const [row] = await all(packets, `SELECT COUNT(*) FROM (SELECT 1 ${fromOf(table)}${sample}) AS drawn`);
    if (Number(text(row![0]!)) === rowsMax) return sample;
  }
  return ` LIMIT ${rowsMax}`;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** For an empty sql_mode: a backslash escapes. */
function literal(value: string): string {
  return `'${value.replace(/['\\]/g, '\\$&')}'`;
}
