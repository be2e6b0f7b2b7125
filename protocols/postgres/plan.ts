/**
 * The plan of a result: for each column of a RowDescription, how its cells are masked. Made once
 * per description, read for every row.
 */

import { int16At, uint32At, zeroIn } from '../../base/binary.ts';
import { type Bytes, text } from '../../base/bytes.ts';
import type { Cleaner, ColumnRule } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Catalog, Origin } from './catalog.ts';
import type { Column } from './cell.ts';
import { Form, formOf } from './types.ts';

/** What one RowDescription says about one column. */
interface Described {
  readonly name: string;
  readonly tableOid: number;
  readonly number: number;
  readonly typeOid: number;
  readonly binary: boolean;
}

export interface Plan {
  readonly columns: readonly Column[];
  /** Some column must be looked at in every row; else rows are searched as one run of bytes. */
  readonly everyRow: boolean;
}

/** Fields of one RowDescription may be as many as PostgreSQL's own bound. */
const COLUMNS_MAX = 1664;

/**
 * count int16 | (name string, table oid int32, column number int16, type oid int32, type length
 * int16, type modifier int32, format int16)*
 */
export function parseRowDescription(body: Bytes): Described[] {
  const count = int16At(body, 0);
  if (count < 0 || count > COLUMNS_MAX) throw malformed();
  const described: Described[] = [];
  let at = 2;
  for (let i = 0; i < count; i++) {
    const nameTo = zeroIn(body, at, body.length);
    if (nameTo < 0 || nameTo + 19 > body.length) throw malformed();
    const name = text(body.subarray(at, nameTo));
    at = nameTo + 1;
    described.push({
      name,
      tableOid: uint32At(body, at),
      number: int16At(body, at + 4),
      typeOid: uint32At(body, at + 6),
      binary: int16At(body, at + 16) === 1,
    });
    at += 18;
  }
  if (at !== body.length) throw malformed();
  return described;
}

function malformed(): PangateError {
  return new PangateError('message-unknown', 'The server sent a malformed RowDescription.');
}

/** Table oids of a description that the catalog does not know: temporary and new tables. */
export function unknownTable(body: Bytes, catalog: Catalog): number {
  for (const { tableOid } of parseRowDescription(body))
    if (tableOid >= 16384 && !catalog.knows(tableOid)) return tableOid;
  return 0;
}

/** Masks column names in place: an alias can carry any text. True if one was. */
export function maskNames(body: Bytes, cleaner: Cleaner): boolean {
  let some = false;
  let at = 2;
  while (at < body.length) {
    const nameTo = zeroIn(body, at, body.length);
    if (nameTo < 0) throw malformed();
    const name = body.subarray(at, nameTo);
    if (cleaner.find(name, ANYWHERE).length > 0) {
      some = true;
      // A mask of another length does not fit.
      if (cleaner.clean(name, ANYWHERE) !== name) name.fill(0x2a);
    }
    at = nameTo + 19;
  }
  return some;
}

/** What a plan is made with. */
export interface PlanContext {
  readonly cleaner: Cleaner;
  readonly catalog: Catalog;
  /** The rule that an expression of this statement may fall under, by the names it mentions. */
  readonly mentioned: () => ColumnRule | null;
  /** A column named `count` holds nothing but a count. */
  readonly countsOnly: () => boolean;
}

/** The plan for a RowDescription whose names are already masked; `described` is from before that. */
export function makePlan(described: readonly Described[], context: PlanContext): Plan {
  const columns = described.map((column) => columnOf(column, context));
  return { columns, everyRow: columns.some(needsEveryRow) };
}

/** The same plan with the result formats that a Bind has asked for (none, one for all, or one each). */
export function withFormats(plan: Plan, formats: readonly number[]): Plan {
  const columns = plan.columns.map((column, i) => {
    const binary = (formats.length === 1 ? formats[0] : formats[i]) === 1;
    return {
      ...column,
      binary,
      form: formOf(column.typeOid, binary),
      place: placeOf(column.place.name, column.typeOid, binary),
      masked: 0,
    };
  });
  return { columns, everyRow: columns.some(needsEveryRow) };
}

function columnOf(described: Described, context: PlanContext): Column {
  const { name, typeOid, binary } = described;
  const origin = context.catalog.origin(described.tableOid, described.number);
  // The table's name is context as well: thirteen digits are a number of many things, but not in `cards`.
  const place = placeOf(origin ? `${origin.table}.${origin.column}` : name, typeOid, binary);
  const masked = maskedName(name, context.cleaner);
  return {
    name: masked,
    table: origin?.table ?? '',
    typeOid,
    binary,
    form: formOf(typeOid, binary),
    place,
    rule: ruleFor(described, context),
    heeded: context.cleaner.heeds(place),
    masked: 0,
  };
}

function maskedName(name: string, cleaner: Cleaner): string {
  const bytes = Buffer.from(name, 'utf8');
  return text(cleaner.clean(bytes, ANYWHERE));
}

/**
 * By origin, by output name, by what a view carries, or, for an expression, by what it mentions. A whole
 * row is protected by any of its columns.
 */
function ruleFor(described: Described, context: PlanContext): ColumnRule | null {
  const { cleaner, catalog } = context;
  if (!cleaner.hasColumns) return null;
  const origin = catalog.origin(described.tableOid, described.number);
  const whole = firstRule(catalog.rowType(described.typeOid) ?? [], cleaner);
  if (whole) return whole;
  const named = cleaner.column(described.name, origin?.table ?? '');
  if (named) return named;
  if (!origin) return isExpression(described, catalog) ? expressionRule(described, context) : null;
  return firstRule([origin, ...origin.carries], cleaner);
}

const INT8 = 20;

function expressionRule(
  { name, typeOid }: Described,
  { mentioned, countsOnly }: PlanContext,
): ColumnRule | null {
  const rule = mentioned();
  return rule && name === 'count' && typeOid === INT8 && countsOnly() ? null : rule;
}

function firstRule(origins: readonly Origin[], cleaner: Cleaner): ColumnRule | null {
  for (const { column, table } of origins) {
    const rule = cleaner.column(column, table);
    if (rule) return rule;
  }
  return null;
}

/** No table of origin, or one that the catalog cannot know. System tables are known by name only. */
function isExpression({ tableOid }: Described, catalog: Catalog): boolean {
  return tableOid === 0 || (tableOid >= 16384 && !catalog.knows(tableOid));
}

function placeOf(name: string, typeOid: number, binary: boolean): Column['place'] {
  const form = formOf(typeOid, binary);
  const isNumber =
    form === Form.number ||
    form === Form.numbers ||
    form === Form.int8 ||
    form === Form.float8 ||
    form === Form.numeric;
  return { name, kind: 'cell', form: isNumber ? 'number' : 'verbatim' };
}

/** Binary numbers and containers show no digits to the prefilter; rules and names concern every value. */
function needsEveryRow({ rule, heeded, form }: Column): boolean {
  if (rule || heeded) return true;
  return (
    form === Form.int8 ||
    form === Form.float8 ||
    form === Form.numeric ||
    form === Form.array ||
    form === Form.record
  );
}

/** count int16 with `count` result formats, as CopyOutResponse has them. */
export function formatsOf(body: Bytes, at: number): number[] {
  const count = int16At(body, at);
  if (count < 0 || at + 2 + 2 * count > body.length) throw malformed();
  return Array.from({ length: count }, (_, i) => int16At(body, at + 2 + 2 * i));
}
