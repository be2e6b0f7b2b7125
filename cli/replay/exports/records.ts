/** Records as JSON, and a result as CSV. */
import type { RecordRead } from '../../../recorder/index.ts';
import { csvLine } from '../csv.ts';
import { recordsOf as recordsIn } from '../reading.ts';
import { safeJson, safeText } from '../safe-text.ts';
import type { ExportFormat, ExportJob } from './format.ts';
import type { Sink } from './sink.ts';

/** One record a line. */
export const jsonl: ExportFormat = {
  about: 'one record a line',
  write: async (job) => {
    for await (const record of recordsOf(job)) await job.sink.write(`${recordJson(record, job)}\n`);
  },
};

/** Header, verification and all records in one document. */
export const json: ExportFormat = {
  about: 'header, verification and records in one document',
  write: async (job) => {
    const { header, verification } = job.checked;
    await job.sink.write(
      `{"header":${safeJson(header)},"verification":${safeJson(verification)},"records":[`,
    );
    let isFirst = true;
    for await (const record of recordsOf(job)) {
      await job.sink.write(`${isFirst ? '' : ','}\n${recordJson(record, job)}`);
      isFirst = false;
    }
    await job.sink.write('\n]}\n');
  },
};

/** The result of one statement. */
export const csv: ExportFormat = {
  about: 'the result of the statement that --statement names',
  write: async (job) => {
    for await (const record of recordsOf(job)) await csvRecord(record, job.statement!, job.sink);
  },
};

/** All records that hold, without seeds. */
export async function* recordsOf({ checked, follow }: ExportJob): AsyncGenerator<RecordRead> {
  for await (const record of recordsIn(checked, follow)) if (record.type !== 'seed') yield record;
}

function recordJson({ seq, dtUs, type, data }: RecordRead, { checked }: ExportJob): string {
  const at = new Date((checked.header.wallUs + dtUs) / 1000).toISOString();
  return safeJson({ seq, at, dt_us: dtUs, type, ...data });
}

async function csvRecord({ type, data }: RecordRead, statement: number, sink: Sink): Promise<void> {
  if (Number(data['id']) !== statement) return;
  const { cols, rows } = data;
  if (type === 'sql.cols' && Array.isArray(cols))
    await line(
      cols.map((col: { n?: unknown }) => col?.n),
      sink,
    );
  if (type !== 'sql.rows' || !Array.isArray(rows)) return;
  for (const row of rows) await line(Array.isArray(row) ? row : [row], sink);
}

/** A file gets the cells as they are; a terminal gets them as it may show them. */
function line(cells: readonly unknown[], sink: Sink): Promise<void> {
  return sink.write(sink.isTerminal ? `${safeText(csvLine(cells).trimEnd())}\n` : csvLine(cells));
}
