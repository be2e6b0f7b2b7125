/** Statements, requests and events of a page: heads in some chunks, rows in others. */

import { type Exchange, ExchangeLog, type MessageBody } from '../exchange.ts';
import { eventText } from '../item-text.ts';
import type { PageColumn, PageItem } from '../page/model.ts';
import { safeText } from '../safe-text.ts';
import { textIn } from '../session.ts';
import { showSpan } from '../time.ts';
import { type EventItem, type StatementItem, Timeline } from '../timeline.ts';
import type { ExportJob } from './format.ts';
import type { PagePart } from './html.ts';
import type { ChunkWriter } from './html-chunks.ts';
import { recordsOf } from './records.ts';

const ITEMS_BYTES = 262_144;
const ROWS_BYTES = 1_048_576;
const TEXT_CHARACTERS_MAX = 20_000;
const BODY_CHARACTERS_MAX = 4000;
const MARKERS_MAX = 5000;
const QUIET = new Set(['hb', 'sql.set', 'sql.in', 'sql.suspended', 'sql.q', 'mask', 'mask.b', 'http.ws']);
const FAILED = new Set(['alert', 'gap', 'sql.error']);

/** Writes all chunks of a session; what the page must know of them. */
export async function writeItems(job: ExportJob, chunks: ChunkWriter): Promise<PagePart> {
  const writer = new ItemWriter(chunks);
  const timeline = new Timeline(job.rowsMax);
  const log = new ExchangeLog();
  for await (const record of recordsOf(job)) {
    if (record.type.startsWith('http.')) {
      const exchange = log.take(record);
      if (exchange !== null) await writer.exchange(exchange);
      continue;
    }
    log.take(record);
    const item = timeline.take(record);
    if (item?.kind === 'statement') await writer.statement(item);
    else if (item !== null && !QUIET.has(item.type)) await writer.event(item);
  }
  for (const exchange of log.end()) await writer.exchange(exchange);
  for (const item of timeline.end()) if (item.kind === 'statement') await writer.statement(item);
  return writer.end();
}

/** Items of a part: JSON texts that fill a chunk. */
class ItemWriter {
  readonly #chunks: ChunkWriter;
  readonly #list: { id: string; atUs: number }[] = [];
  readonly #markers: [number, number, string][] = [];
  #items: string[] = [];
  #itemsAtUs = 0;
  #itemsBytes = 0;
  /** Rows that wait, and the items that point to them: their chunk has no name before it is full. */
  #results: string[] = [];
  #resultsBytes = 0;
  #waiting: PageItem[] = [];

  constructor(chunks: ChunkWriter) {
    this.#chunks = chunks;
  }

  async statement(item: StatementItem): Promise<void> {
    const text = shortened(item.text);
    const columns = columnsOf(item);
    const made: PageItem = {
      seq: item.seq,
      atUs: item.atUs,
      kind: 'statement',
      op: safeText(item.op),
      text,
      took: item.tookUs === null ? '' : showSpan(item.tookUs),
      tag: safeText(item.tag),
      rowCount: item.rowCount,
      masked: item.masks.reduce((sum, mask) => sum + mask.count, 0),
      error: item.sqlstate === '' ? '' : safeText(`${item.sqlstate} ${item.message}`),
      verdict: item.verdict === 'pass' ? '' : safeText(item.verdict),
      ...(item.params.length > 0 ? { params: item.params.map((each) => cellText(each) ?? 'NULL') } : {}),
      ...(columns.length > 0 ? { columns } : {}),
    };
    this.#mark(item.atUs, item.seq, text);
    if (item.rows.length === 0) return this.#add(made);
    const rows = JSON.stringify(item.rows.map((row) => row.map(cellText)));
    await this.#add(made, rows);
  }

  async exchange(exchange: Exchange): Promise<void> {
    const { response } = exchange;
    const text = safeText(`${exchange.url}`);
    const total = response === null ? null : (response.totalUs ?? response.atUs - exchange.atUs);
    const isFailed = response !== null && response.status >= 400;
    this.#mark(exchange.atUs, exchange.seq, `${safeText(exchange.method)} ${text}`);
    await this.#add({
      seq: exchange.seq,
      atUs: exchange.atUs,
      kind: 'request',
      op: safeText(exchange.method),
      text,
      took: total === null ? '' : showSpan(total),
      tag: String(response?.status ?? ''),
      rowCount: 0,
      masked: exchange.masked,
      error: isFailed ? `${response.status}` : '',
      verdict: '',
      notes: notesOf(exchange),
    });
  }

  async event(item: EventItem): Promise<void> {
    const text = eventText(item.type, item.data);
    if (FAILED.has(item.type) || item.type === 'mark')
      this.#mark(item.atUs, item.seq, `${item.type} ${text}`);
    await this.#add({
      seq: item.seq,
      atUs: item.atUs,
      kind: 'event',
      op: item.type,
      text: text.slice(0, TEXT_CHARACTERS_MAX),
      took: '',
      tag: '',
      rowCount: 0,
      masked: 0,
      error: FAILED.has(item.type) ? textIn(item.data, 'sqlstate') || item.type : '',
      verdict: '',
    });
  }

  async end(): Promise<PagePart> {
    await this.#flushResults();
    await this.#flushItems();
    await this.#chunks.end();
    return { kind: 'events', markers: this.#markers, styles: [], chunks: this.#list };
  }

  #mark(atUs: number, seq: number, text: string): void {
    if (this.#markers.length < MARKERS_MAX) this.#markers.push([atUs, seq, text.slice(0, 100)]);
  }

  async #add(item: PageItem, rows?: string): Promise<void> {
    if (rows === undefined) this.#waiting.push(item);
    else {
      this.#waiting.push({ ...item, result: ['', this.#results.length] });
      this.#results.push(rows);
      this.#resultsBytes += rows.length;
    }
    if (this.#resultsBytes >= ROWS_BYTES || (this.#results.length === 0 && this.#waiting.length > 100))
      await this.#flushResults();
  }

  /** Writes the rows that wait; then their items know where they are. */
  async #flushResults(): Promise<void> {
    const id = this.#results.length === 0 ? '' : await this.#chunks.add(`[${this.#results.join(',')}]`);
    for (const item of this.#waiting) {
      const whole = item.result === undefined ? item : { ...item, result: [id, item.result[1]] };
      const json = JSON.stringify(whole);
      if (this.#items.length === 0) this.#itemsAtUs = item.atUs;
      this.#items.push(json);
      this.#itemsBytes += json.length;
      if (this.#itemsBytes >= ITEMS_BYTES) await this.#flushItems();
    }
    this.#results = [];
    this.#resultsBytes = 0;
    this.#waiting = [];
  }

  async #flushItems(): Promise<void> {
    if (this.#items.length === 0) return;
    this.#list.push({ id: await this.#chunks.add(`[${this.#items.join(',')}]`), atUs: this.#itemsAtUs });
    this.#items = [];
    this.#itemsBytes = 0;
  }
}

function columnsOf({ columns, masks }: StatementItem): PageColumn[] {
  return columns.map(({ name, table, rule }, index) => {
    const counted = masks.filter(({ column }) => column === index || column === -1);
    const count = counted.reduce((sum, mask) => sum + mask.count, 0);
    return [safeText(name), safeText(table), safeText(rule), count];
  });
}

/** Line breaks stay; everything else is made visible. */
function shortened(text: string): string {
  return text.slice(0, TEXT_CHARACTERS_MAX).split('\n').map(safeText).join('\n');
}

function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return safeText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function notesOf({ headers, body, response, messages, version }: Exchange): string[] {
  const lines = [
    `HTTP/${version}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...bodyNotes('request body', body),
    ...(response === null ? ['no response'] : [`← ${response.status}`]),
    ...(response?.headers ?? []).map(([name, value]) => `${name}: ${value}`),
    ...(response === null ? [] : bodyNotes('response body', response.body)),
    ...(messages.length > 0 ? [`${messages.length} web socket messages`] : []),
  ];
  return lines.map(safeText);
}

function bodyNotes(name: string, body: MessageBody): string[] {
  if (body.bytes === 0) return [];
  const kept =
    body.content === null ? ['not recorded', body.sha256 && `SHA-256 ${body.sha256}`].filter(Boolean) : [];
  const text =
    body.content === null ? [] : [Buffer.from(body.content).toString('utf8').slice(0, BODY_CHARACTERS_MAX)];
  return [[`${name}: ${body.contentType} ${body.bytes} bytes`, ...kept].join(', '), ...text];
}
