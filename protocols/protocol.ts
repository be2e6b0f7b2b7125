import type { ZodType } from 'zod';
import type { Bytes } from '../base/bytes.ts';
import type { PangateError } from '../base/errors.ts';
import type { Host } from '../base/host.ts';
import type { Target } from '../base/target.ts';
import type { Wire } from '../base/wire.ts';

/** One protocol plug-in: a folder of this floor and a line in index.ts. */
export interface Protocol {
  readonly name: string;
  readonly defaultPort: number;
  /** Validates what a target of this protocol may say under `options:`. */
  readonly targetOptions: ZodType;
  /**
   * Makes ready what a listener needs before it opens: its host keys. Gives fields for the log, such
   * as their fingerprints. Throws `config-invalid` or `file-unreadable`.
   */
  prepare?(listener: { readonly hostKeys: string | null }): Readonly<Record<string, unknown>>;
  /** Serves one accepted connection from its first byte to its last; null where listeners cannot. */
  readonly serve: ((client: Wire, host: Host) => Promise<void>) | null;
  /**
   * Of servers that hold tables: reads their rows over a fresh connection, with the target's
   * credential, and changes nothing. Throws `upstream-refused` or `upstream-lost`.
   */
  inspect?(server: Wire, target: Target, options: InspectOptions): AsyncIterable<Inspected>;
}

/** What to read of a server. */
export interface InspectOptions {
  /** Whether a table is read, by its schema and name. */
  wants(schema: string, table: string): boolean;
  /** Rows of each table, spread over it where the server can; null for all. */
  readonly rowsMax: number | null;
  /** Name on the server, where the target leaves it open. */
  readonly database: string | null;
}

/** A column of a table. */
export interface InspectedColumn {
  readonly name: string;
  /** As the server writes it. */
  readonly type: string;
}

/** Rows of one table. Each table comes at least once, in one stretch. */
export interface Inspected {
  readonly table: string;
  readonly columns: readonly InspectedColumn[];
  /** Cells as text, null where there is none. */
  readonly rows: readonly (readonly (Bytes | null)[])[];
  /** Why the table could not be read; the others still are. */
  readonly error: PangateError | null;
}
