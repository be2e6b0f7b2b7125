/**
 * Puts the records of a session together to what a person asks for: statements, each with its
 * columns, its first rows, what was masked and how it ended; and the events between them.
 */
import type { RecordRead } from '../../recorder/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { textIn } from './session.ts';

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  readonly table: string;
  /** The rule that masks the whole column; empty if there is none. */
  readonly rule: string;
}

/** How many values of a column were masked, and by which rule. */
export interface MaskCount {
  readonly column: number;
  readonly rule: string;
  /** The rule's own name, where `rule` is the kind of what was found. */
  readonly by: string;
  readonly count: number;
}

/** One statement, or one result of a statement that has several. */
export interface StatementItem {
  readonly kind: 'statement';
  readonly seq: number;
  readonly atUs: number;
  readonly id: number;
  readonly op: string;
  readonly text: string;
  readonly params: readonly unknown[];
  readonly verdict: string;
  /** Equal for statements that differ in their literals only. */
  readonly fingerprint: string;
  readonly columns: readonly ResultColumn[];
  /** The first rows, as many as were asked for. */
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that the recording holds, and rows that there were. */
  readonly rowsRecorded: number;
  readonly rowCount: number;
  readonly masks: readonly MaskCount[];
  /** Null while it runs. */
  readonly tookUs: number | null;
  readonly tag: string;
  readonly sqlstate: string;
  readonly message: string;
}

/** Something that belongs to no statement. */
export interface EventItem {
  readonly kind: 'event';
  readonly seq: number;
  readonly atUs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type TimelineItem = StatementItem | EventItem;

type Open = { -readonly [Name in keyof StatementItem]: StatementItem[Name] };

/** Requests whose text is kept for results that may still come. */
const REQUESTS_MAX = 10_000;

/** Takes records in order; gives items as they are complete. */
export class Timeline {
  readonly #rowsMax: number;
  readonly #requests = new Map<number, Open>();
  readonly #open = new Map<number, Open>();

  /** `rowsMax`: rows kept of each result. */
  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** The item that a record completes; null if it completes none. A parse is an event unless it fails. */
  take(record: RecordRead): TimelineItem | null {
    const { type, data } = record;
    if (type === 'seed') return null;
    if (type === 'sql.q') {
      this.#request(record);
      return data['op'] === 'parse' ? event(record) : null;
    }
    if (type === 'sql.cols') this.#of(data['id']).columns = columnsOf(data['cols']);
    else if (type === 'sql.rows') this.#rows(this.#of(data['id']), data['rows']);
    else if (type === 'mask.b') this.#mask(this.#of(data['ref']), data);
    else if (type === 'sql.elided') this.#of(data['id']).rowCount += Number(data['rows'] ?? 0);
    else if (type === 'sql.done') return this.#done(record);
    else return event(record);
    return null;
  }

  /** What has not ended, in the order of its requests. */
  end(): TimelineItem[] {
    const items = [...this.#open.values()].sort((one, other) => one.seq - other.seq);
    this.#open.clear();
    return items;
  }

  /** A request that is followed by another of its own id has nothing more to come. */
  #request({ seq, dtUs, data }: RecordRead): void {
    const id = Number(data['id']);
    const request: Open = {
      ...empty(id),
      seq,
      atUs: dtUs,
      op: textIn(data, 'op'),
      text: textIn(data, 'text'),
      params: Array.isArray(data['params']) ? data['params'] : [],
      verdict: textIn(data, 'verdict', 'act'),
      fingerprint: textIn(data, 'fp'),
    };
    this.#requests.set(id, request);
    if (request.op !== 'parse') this.#open.set(id, { ...request });
    if (this.#requests.size > REQUESTS_MAX) this.#forget();
  }

  #forget(): void {
    const [oldest] = this.#requests.keys();
    this.#requests.delete(oldest!);
    this.#open.delete(oldest!);
  }

  /** The statement of that id that runs; a further result of a request begins anew. */
  #of(value: unknown): Open {
    const id = Number(value);
    let open = this.#open.get(id);
    if (open === undefined) {
      open = { ...(this.#requests.get(id) ?? empty(id)) };
      this.#open.set(id, open);
    }
    return open;
  }

  #rows(open: Open, rows: unknown): void {
    if (!Array.isArray(rows)) return;
    open.rowsRecorded += rows.length;
    open.rowCount += rows.length;
    const wanted = this.#rowsMax - open.rows.length;
    if (wanted > 0)
      open.rows = [...open.rows, ...rows.slice(0, wanted).map((row) => (Array.isArray(row) ? row : [row]))];
  }

  #mask(open: Open, data: Readonly<Record<string, unknown>>): void {
    const column = typeof data['col'] === 'number' ? data['col'] : -1;
    const mask = {
      column,
      rule: textIn(data, 'kind') || textIn(data, 'rule'),
      by: textIn(data, 'rule'),
      count: Number(data['n'] ?? 0),
    };
    open.masks = [...open.masks, mask];
  }

  #done({ dtUs, data, seq }: RecordRead): StatementItem {
    const open = this.#of(data['id']);
    this.#open.delete(open.id);
    if (open.seq < 0) open.seq = seq;
    if (open.atUs < 0) open.atUs = dtUs;
    open.rowCount = Number(data['rows'] ?? open.rowCount);
    open.tookUs = Number(data['us'] ?? dtUs - open.atUs);
    open.tag = textIn(data, 'tag');
    open.sqlstate = textIn(data, 'sqlstate');
    open.message = textIn(data, 'msg');
    open.fingerprint ||= fingerprintOf(open.text);
    return open;
  }
}

function event({ seq, dtUs, type, data }: RecordRead): EventItem {
  return { kind: 'event', seq, atUs: dtUs, type, data };
}

function empty(id: number): Open {
  return {
    kind: 'statement',
    seq: -1,
    atUs: -1,
    id,
    op: '',
    text: '',
    params: [],
    verdict: '',
    fingerprint: '',
    columns: [],
    rows: [],
    rowsRecorded: 0,
    rowCount: 0,
    masks: [],
    tookUs: null,
    tag: '',
    sqlstate: '',
    message: '',
  };
}

function columnsOf(cols: unknown): ResultColumn[] {
  if (!Array.isArray(cols)) return [];
  return cols.map((col) => ({
    name: textIn(col, 'n'),
    type: textIn(col, 'type'),
    table: textIn(col, 'tbl'),
    rule: textIn(col, 'rule'),
  }));
}
