/** Card data in the tables of a target: a result for each column. */
import type { Bytes } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import type { Finding, Place } from '../../base/finding.ts';
import type { Target } from '../../base/target.ts';
import { protocols } from '../../protocols/index.ts';
import type { Inspected, InspectedColumn } from '../../protocols/protocol.ts';
import { bounds } from '../redact/bounds.ts';
import type { Detail, Sighting } from '../redact/chunk.ts';
import { exampleOf } from '../redact/examples.ts';
import { passedOver } from '../redact/passed-over.ts';
import type { FileResult } from '../redact/run.ts';
import { dialWire } from '../wire.ts';

/** What is read of a target's server. */
export interface TablesOptions {
  readonly target: Target;
  /** `cards`, `public.card*`; null for all. */
  readonly pattern: string | null;
  /** Rows of each table; null for all. */
  readonly rowsMax: number | null;
  readonly database: string | null;
  readonly timeoutMs: number;
  readonly detail: Detail;
}

/** Reads the tables. Throws `upstream-*`, and `argument-invalid` for a target that holds none. */
export async function* scanTarget(options: TablesOptions, cleaner: Cleaner): AsyncGenerator<FileResult> {
  const { target, pattern, rowsMax, database, timeoutMs } = options;
  const protocol = protocols.find(({ name }) => name === target.protocol);
  if (!protocol?.inspect)
    throw new PangateError('argument-invalid', `target ${target.name} has no tables`, 'Name another target.');
  const server = await dialWire({ host: target.host, port: target.port, timeoutMs, plain: false });
  const match = globOf(pattern ?? '*');
  const wants = (schema: string, table: string): boolean =>
    match.test(table) || match.test(`${schema}.${table}`);
  try {
    let scan: TableScan | null = null;
    for await (const part of protocol.inspect(server, target, { wants, rowsMax, database })) {
      if (scan?.table !== part.table) {
        if (scan) yield* scan.results();
        scan = new TableScan(part, options, cleaner);
      }
      scan.add(part);
    }
    if (scan === null)
      throw new PangateError('argument-invalid', 'no table matches', 'Check --table and --database.');
    yield* scan.results();
  } finally {
    server.end();
    server.destroy();
  }
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

class TableScan {
  readonly table: string;
  readonly #columns: readonly ColumnScan[];
  readonly #path: string;
  #rows = 0;
  #error: PangateError | null = null;

  constructor(part: Inspected, options: TablesOptions, cleaner: Cleaner) {
    this.table = part.table;
    this.#path = `${options.target.name}:${part.table}`;
    this.#columns = part.columns.map((column) => new ColumnScan(column, part.table, options.detail, cleaner));
  }

  add({ rows, error }: Inspected): void {
    this.#error ??= error;
    for (const row of rows) {
      this.#rows++;
      this.#columns.forEach((column, i) => {
        column.add(row[i] ?? null, this.#rows);
      });
    }
  }

  /** A table that could not be read is one failure. */
  *results(): Generator<FileResult> {
    if (this.#error) yield { path: this.#path, ...NOTHING, state: 'failed', error: this.#error };
    else for (const column of this.#columns) yield column.result(this.#path, this.#rows);
  }
}

const NOTHING = { bytes: 0, counts: {}, sightings: [], omitted: 0 };

class ColumnScan {
  readonly #column: InspectedColumn;
  readonly #table: string;
  readonly #detail: Detail;
  readonly #cleaner: Cleaner;
  readonly #place: Place;
  readonly #counts: Record<string, number> = {};
  readonly #sightings: Sighting[] = [];
  #bytes = 0;
  #omitted = 0;

  constructor(column: InspectedColumn, table: string, detail: Detail, cleaner: Cleaner) {
    this.#column = column;
    this.#table = table;
    this.#detail = detail;
    this.#cleaner = cleaner;
    this.#place = { name: column.name, kind: 'cell', form: 'verbatim' };
  }

  add(value: Bytes | null, line: number): void {
    if (value === null || value.length === 0) return;
    this.#bytes += value.length;
    const rule = this.#cleaner.column(this.#column.name, this.#table);
    if (rule) this.#covered(value, rule, line);
    else this.#searched(value, line);
  }

  #covered(value: Bytes, rule: NonNullable<ReturnType<Cleaner['column']>>, line: number): void {
    const before = Buffer.from(value);
    const mask = this.#cleaner.cover(value, rule, this.#place);
    if (mask && before.equals(mask)) return;
    this.#found({ kind: rule.kind, from: 0, to: before.length, reason: 'column' }, mask, line);
  }

  #searched(value: Bytes, line: number): void {
    const findings: Finding[] = [];
    const length = value.length;
    const masked = this.#cleaner.clean(value, this.#place, (finding) => findings.push(finding));
    const isInPlace = masked.length === length;
    for (const found of findings)
      this.#found(found, isInPlace ? masked.subarray(found.from, found.to) : null, line);
    if (this.#detail !== 'reasons' || !isInPlace) return;
    for (const passed of passedOver(masked, this.#place, this.#cleaner)) this.#list({ ...passed, line });
  }

  #found({ kind, from, to, reason }: Finding, mask: Bytes | null, line: number): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    const example = mask && exampleOf(mask);
    this.#list({ kind, from, to, line, reason, ...(example && { example }) });
  }

  #list(sighting: Sighting): void {
    if (this.#sightings.length < bounds.sightingsMax) this.#sightings.push(sighting);
    else this.#omitted++;
  }

  result(table: string, rows: number): FileResult {
    const { name, type } = this.#column;
    return {
      path: `${table}.${name}`,
      state: Object.keys(this.#counts).length > 0 ? 'found' : 'clean',
      bytes: this.#bytes,
      counts: this.#counts,
      sightings: this.#sightings,
      omitted: this.#omitted,
      error: null,
      column: { type, rows },
    };
  }
}
