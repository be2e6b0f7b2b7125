/** Sessions to record: statements with results as an application asks them, from a seed. */
import { setImmediate as turn } from 'node:timers/promises';
import { pack } from 'msgpackr';
import type { Recorder } from '../../base/recording.ts';
import { FACT } from '../../base/recording.ts';
import type { RecordingArchive } from '../../recorder/index.ts';
import { type Random, seededRandom } from '../../test/random.ts';
import { opening } from '../../test/recorder/sample.ts';

/** Records of one statement. */
export const EVENTS_PER_STATEMENT = 4;
const RESULTS = 512;
const ROWS = 14;
/** A session that waits for its file is given time. */
const PENDING_MAX = 2_000_000;

const results: readonly Uint8Array[] = resultsOf(seededRandom(2026));

function resultsOf(random: Random): Uint8Array[] {
  return Array.from({ length: RESULTS }, () => pack(Array.from({ length: ROWS }, () => row(random))));
}

function row(random: Random): (string | null)[] {
  const [first, last] = [random.pick(['Ada', 'Grace', 'Edsger', 'Barbara']), random.digits(6)];
  const pan = `${random.pick(['411111', '537004', '606282'])}******${random.digits(4)}`;
  const at = `2026-0${1 + random.below(9)}-1${random.below(10)} 1${random.below(10)}:${10 + random.below(50)}`;
  const note = random.oneIn(3) ? null : `order ${random.digits(8)} of ${random.digits(5)} settled`;
  return [random.digits(7), `${first} Customer ${last}`, pan, `${random.digits(3)}.95`, at, note];
}

/** Four records: what was asked, its columns, its rows, its end. The number of the last. */
export function recordStatement(recorder: Recorder, id: number): number {
  const text = `SELECT id, name, pan, amount, created_at, note FROM payments WHERE customer = ${id * 7919} ORDER BY id LIMIT 14`;
  recorder.write({
    type: 'sql.q',
    data: { id, op: 'simple', text },
    facts: { statements: 1, kinds: FACT.statement },
  });
  recorder.write({ type: 'sql.cols', data: { id, cols: COLUMNS } });
  const tail = { name: 'rows', msgpack: results[id % RESULTS]! };
  recorder.write({ type: 'sql.rows', data: { id, off: 0 }, tail, facts: { kinds: FACT.rows } });
  const data = { id, tag: 'SELECT 14', rows: ROWS, us: 420 };
  return recorder.write({ type: 'sql.done', data, facts: { masked: ROWS, kinds: FACT.masked } });
}

const COLUMNS = ['id', 'name', 'pan', 'amount', 'created_at', 'note'].map((n) => ({
  n,
  type: 'text',
  tbl: 'payments',
  masked: n === 'pan',
}));

/** Records statements in some sessions at a time, as fast as the recorder takes them; the sids. */
export async function recordMany(
  archive: RecordingArchive,
  sessions: number,
  statements: number,
): Promise<string[]> {
  const recorders = Array.from({ length: sessions }, () => archive.open(opening));
  await Promise.all(recorders.map((recorder) => fill(recorder, Math.ceil(statements / sessions))));
  return recorders.map(({ sid }) => sid);
}

async function fill(recorder: Recorder, statements: number): Promise<void> {
  for (let id = 0; id < statements; id++) {
    recordStatement(recorder, id);
    while (recorder.pendingBytes > PENDING_MAX && recorder.failure === null) await turn();
    if (id % 16 === 0) await turn();
  }
  await recorder.close('client left');
  if (recorder.failure !== null) throw recorder.failure;
}
