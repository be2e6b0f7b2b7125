/** What an exported page holds: the exporter writes it, the page's own script reads it. */

/** Of the whole page, in its element `meta`. */
export interface PageMeta {
  readonly sid: string;
  readonly title: string;
  /** Names and values of the head: user, client, target, ... */
  readonly facts: readonly (readonly [string, string])[];
  readonly startedMs: number;
  readonly durationUs: number;
  readonly status: string;
  readonly reason: string;
  /** Names and values of the verification. */
  readonly proof: readonly (readonly [string, string])[];
  readonly damages: readonly string[];
  readonly kind: 'terminal' | 'events';
  readonly counts: { readonly statements: number; readonly masked: number; readonly errors: number };
  /** `[time, record, text]`. */
  readonly markers: readonly (readonly [number, number, string])[];
  /** Foreground, background and look bits of each style. */
  readonly styles: readonly (readonly [number, number, number])[];
  /** Chunks of frames or of items, with the time at which each begins. */
  readonly chunks: readonly { readonly id: string; readonly atUs: number }[];
}

/** A row of a screen: column, style, text, column, style, text, ... */
export type PageRow = readonly (number | string)[];

/** What changes on the screen at a time. */
export interface PageFrame {
  readonly atUs: number;
  /** `[row, cells]`. */
  readonly rows: readonly (readonly [number, PageRow])[];
  /** Column, row, 1 if it shows. */
  readonly cursor: readonly [number, number, number];
  readonly typed?: string;
  /** Columns and rows, where they change; all rows follow then. */
  readonly size?: readonly [number, number];
}

/** Frames; the first one has a size and all rows. */
export type FrameChunk = readonly PageFrame[];

/** A column of a result: name, table, rule, values masked in it. */
export type PageColumn = readonly [string, string, string, number];

/** A statement, a request, or an event. */
export interface PageItem {
  readonly seq: number;
  readonly atUs: number;
  readonly kind: 'statement' | 'request' | 'event';
  /** `simple`, `GET`, `alert`. */
  readonly op: string;
  readonly text: string;
  /** Empty while it runs. */
  readonly took: string;
  readonly tag: string;
  readonly rowCount: number;
  readonly masked: number;
  readonly error: string;
  readonly verdict: string;
  readonly params?: readonly string[];
  readonly columns?: readonly PageColumn[];
  /** Further lines: headers, bodies, what was masked by which rule. */
  readonly notes?: readonly string[];
  /** Chunk and place of its rows. */
  readonly result?: readonly [string, number];
}

/** The rows of results: cells as text, null for NULL. */
export type ResultChunk = readonly (readonly (readonly (string | null)[])[])[];
