/**
 * Where result columns come from: RowDescription names a table by oid and a column by number;
 * this knows their names. Filled over a connection of the gateway's own (catalog-source.ts),
 * shared by the sessions of a target and database.
 */

/** A column of a table or view. */
export interface Origin {
  readonly table: string;
  readonly column: string;
  /** For a view: the names of table columns that this column may carry under another name. */
  readonly carries: readonly Origin[];
}

export interface Catalog {
  /** Another number each time that what it knows has changed. */
  readonly version: number;
  /** Undefined for a table that is not known (yet). */
  origin(tableOid: number, number: number): Origin | undefined;
  knows(tableOid: number): boolean;
  /** The columns of a table whose row type this is, in order; undefined if it is none. */
  rowType(typeOid: number): readonly Origin[] | undefined;
  /** Reads the catalog again, at most once for each unknown table; calls back when done, also on failure. */
  refresh(tableOid: number, done: () => void): void;
}

/** Knows nothing: columns are judged by their output names and values. */
export const NO_CATALOG: Catalog = {
  version: 0,
  origin: () => undefined,
  knows: () => true,
  rowType: () => undefined,
  refresh: (_tableOid, done) => done(),
};
