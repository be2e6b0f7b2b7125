/**
 * What a PostgreSQL session leaves in its recording: statements, columns, rows up to the cap,
 * a hash of the rest, masking events, outcomes. Everything that comes here is masked already
 * or is masked here.
 */
import { createHash, type Hash } from 'node:crypto';
import { int32At } from '../../base/binary.ts';
import { type Bytes, keep, text } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Outlet, ResultPolicy } from '../../base/host.ts';
import { FACT, type Facts } from '../../base/recording.ts';
import type { Column } from './cell.ts';
import type { CopyOut } from './copy.ts';
import { addLine, addRow, isFull, newBatch, type RowBatch, takeBatch } from './msgpack.ts';
import type { Plan } from './plan.ts';

/** One statement that runs, from its request to its outcome. */
export class Run {
  readonly id: number;
  plan: Plan | null = null;
  copy: CopyOut | null = null;
  copyIn = false;
  rows = 0;
  recordedRows = 0;
  recordedBytes = 0;
  elidedRows = 0;
  elidedBytes = 0;
  hash: Hash | null = null;

  constructor(id: number) {
    this.id = id;
  }

  /** For the next statement of the same request. */
  reset(): void {
    this.plan = null;
    this.copy = null;
    this.rows = 0;
    this.recordedRows = 0;
    this.recordedBytes = 0;
    this.elidedRows = 0;
    this.elidedBytes = 0;
    this.hash = null;
  }
}

const ONE_STATEMENT: Facts = { statements: 1, kinds: FACT.statement };
const NO_FACTS: Facts = {};
const NO_COLUMNS: readonly Column[] = [];
/** Statement text and parameters recorded per statement. */
const TEXT_BYTES_MAX: number = 64 * 1024;

export class Transcript {
  readonly #outlet: Outlet;
  readonly #cleaner: Cleaner;
  readonly #policy: ResultPolicy;
  /** The client's encoding is UTF-8, so text cells are valid msgpack strings. */
  utf8 = true;
  readonly #batch: RowBatch = newBatch();

  constructor(outlet: Outlet, cleaner: Cleaner, policy: ResultPolicy) {
    this.#outlet = outlet;
    this.#cleaner = cleaner;
    this.#policy = policy;
  }

  /** `sql.q`: a request on its way to the server; everything in it is masked. */
  statement(data: { readonly id: number; readonly op: string } & Readonly<Record<string, unknown>>): void {
    this.#outlet.record({ type: 'sql.q', data, facts: ONE_STATEMENT });
  }

  /** A statement's text for the record, cut at a bound and masked; `decoded` is the whole of it, if known. */
  shown(sql: Bytes, decoded?: string): string {
    if (sql.length > TEXT_BYTES_MAX) return this.masked(sql.subarray(0, TEXT_BYTES_MAX));
    return decoded !== undefined && this.#isClear(sql) ? decoded : this.masked(sql);
  }

  /** A text for the record: masked on a copy, decoded as UTF-8. */
  masked(bytes: Bytes): string {
    return text(this.#isClear(bytes) ? bytes : this.#cleaner.clean(keep(bytes), ANYWHERE));
  }

  /** True if nothing in `bytes` needs a second look: most texts do not, and then need no copy. */
  #isClear(bytes: Bytes): boolean {
    return this.#cleaner.next(bytes, 0, bytes.length) === bytes.length;
  }

  /** A parameter for the record: text masked, binary by its length alone beyond plain bytes. */
  parameter(bytes: Bytes, binary: boolean): string | Bytes {
    const masked = this.#isClear(bytes) && !binary ? bytes : this.#cleaner.clean(keep(bytes), ANYWHERE);
    return binary ? masked : text(masked);
  }

  /** `sql.cols`: the columns of a result, each with the rule that masks it. */
  columns(run: Run, plan: Plan): void {
    run.plan = plan;
    for (const column of plan.columns) column.masked = 0;
    if (this.#policy.rowsMax === 0 && !this.#policy.commit && plan.columns.every((column) => !column.rule))
      return;
    const cols = plan.columns.map(describe);
    this.#outlet.record({ type: 'sql.cols', data: { id: run.id, cols } });
  }

  /** Masked DataRow messages in [from, to): recorded up to the cap, then hashed. */
  rows(run: Run, bytes: Bytes, columns: readonly Column[] | null): void {
    const binary = (i: number): boolean => !this.utf8 || columns?.[i]?.binary !== false;
    this.#messages(run, bytes, (batch, at) => addRow(batch, bytes, at + 5, binary));
  }

  /** Masked CopyData messages. */
  lines(run: Run, bytes: Bytes): void {
    const binary = !this.utf8 || run.copy?.format.kind === 'binary';
    this.#messages(run, bytes, (batch, at, to) => addLine(batch, bytes, at + 5, to, binary));
  }

  /** A piece of a message that is too long for a row record. */
  piece(run: Run, bytes: Bytes): void {
    this.#elide(run, bytes, 0);
  }

  #messages(run: Run, bytes: Bytes, add: (batch: RowBatch, at: number, to: number) => void): void {
    const from = run.rows;
    let at = 0;
    while (
      at < bytes.length &&
      run.recordedRows < this.#policy.rowsMax &&
      run.recordedBytes < this.#policy.bytesMax
    ) {
      const to = at + 1 + int32At(bytes, at + 1);
      add(this.#batch, at, to);
      run.recordedRows++;
      run.recordedBytes += to - at;
      run.rows++;
      at = to;
      if (isFull(this.#batch)) this.#flush(run);
    }
    if (run.rows > from) this.#flush(run);
    if (at < bytes.length) this.#elideMessages(run, at === 0 ? bytes : bytes.subarray(at));
  }

  #flush(run: Run): void {
    const count = this.#batch.rows;
    if (count === 0) return;
    const tail = { name: 'rows', msgpack: takeBatch(this.#batch) };
    this.#outlet.record({
      type: 'sql.rows',
      data: { id: run.id, off: run.rows - count },
      tail,
      facts: { kinds: FACT.rows },
    });
  }

  #elideMessages(run: Run, bytes: Bytes): void {
    let rows = 0;
    for (let at = 0; at < bytes.length; at += 1 + int32At(bytes, at + 1)) rows++;
    this.#elide(run, bytes, rows);
  }

  #elide(run: Run, bytes: Bytes, rows: number): void {
    run.rows += rows;
    run.elidedRows += rows;
    run.elidedBytes += bytes.length;
    if (!this.#policy.commit) return;
    run.hash ??= createHash('sha256');
    run.hash.update(bytes);
  }

  /** `sql.elided`, `mask.b` and `sql.done`: the outcome of a statement, its number and its rows among it. */
  done(run: Run, data: Readonly<Record<string, unknown>>, failed: boolean): void {
    this.#elided(run);
    const masked = this.#maskEvents(run) + this.#copyEvent(run);
    const kinds = (masked > 0 ? FACT.masked : 0) | (failed ? FACT.error : 0);
    const facts = kinds === 0 ? NO_FACTS : { kinds, masked, errors: failed ? 1 : 0 };
    this.#outlet.record({ type: 'sql.done', data, facts });
    run.reset();
  }

  #elided(run: Run): void {
    if (run.elidedBytes === 0 || !this.#policy.commit) return;
    const data = { id: run.id, rows: run.elidedRows, bytes: run.elidedBytes, sha256: run.hash?.digest() };
    this.#outlet.record({ type: 'sql.elided', data });
  }

  #maskEvents(run: Run): number {
    let sum = 0;
    const columns = run.plan?.columns ?? NO_COLUMNS;
    for (let col = 0; col < columns.length; col++) {
      const column = columns[col]!;
      if (column.masked === 0) continue;
      sum += column.masked;
      const rule = column.rule ? { rule: column.rule.rule, kind: column.rule.kind } : { rule: 'value' };
      this.#outlet.record({
        type: 'mask.b',
        data: { ref: run.id, col, name: column.name, n: column.masked, ...rule },
      });
      column.masked = 0;
    }
    return sum;
  }

  #copyEvent({ id, copy }: Run): number {
    const n = copy?.masked ?? 0;
    if (n > 0) this.#outlet.record({ type: 'mask.b', data: { ref: id, n, rule: 'value' } });
    return n;
  }

  /** An event of the server that belongs to no statement: `sql.notice`, `sql.notify`, `sql.set`. */
  event(type: string, data: Readonly<Record<string, unknown>>): void {
    this.#outlet.record({ type, data });
  }
}

function describe(column: Column): Record<string, unknown> {
  const { name, typeOid, table, rule } = column;
  return {
    n: name,
    type: typeOid,
    ...(table ? { tbl: table } : {}),
    ...(rule ? { masked: true, rule: rule.rule } : {}),
  };
}
