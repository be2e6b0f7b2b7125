import type { Checked } from '../reading.ts';
import type { Tape } from '../tape.ts';
import type { Sink } from './sink.ts';

/** What is exported, and how. */
export interface ExportJob {
  readonly checked: Checked;
  /** Made when a format asks for it. */
  readonly tape: () => Promise<Tape>;
  readonly sink: Sink;
  /** For csv: the statement whose result is written. */
  readonly statement: number | null;
  /** Rows of each result that a page holds. */
  readonly rowsMax: number;
  readonly version: string;
  /** Goes with a session that is being recorded, until it ends. */
  readonly follow: boolean;
}

/** One way to write a recording. */
export interface ExportFormat {
  /** For `--format`'s help. */
  readonly about: string;
  /** Columns that results of statements may take in it; as many as they need unless said. */
  readonly columns?: number;
  readonly write: (job: ExportJob) => Promise<void>;
}
