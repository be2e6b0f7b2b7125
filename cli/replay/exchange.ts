/**
 * HTTP requests and their responses, put together from `http.req`, `http.res` and `http.ws`
 * records: docs/formats/pgr-v1.md, "Records".
 */
import type { RecordRead } from '../../recorder/index.ts';
import { safeText } from './safe-text.ts';
import { listOf, textIn } from './session.ts';
import { showSpan } from './time.ts';

/** A body as far as it was recorded. */
export interface MessageBody {
  readonly contentType: string;
  readonly bytes: number;
  /** Null where it was left out or only its hash was recorded. */
  readonly content: Uint8Array | null;
  readonly sha256: string;
}

/** A request, and its response if there was one. */
export interface Exchange {
  readonly seq: number;
  readonly atUs: number;
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: MessageBody;
  readonly response: ExchangeResponse | null;
  /** Messages of a web socket that came of it. */
  readonly messages: readonly SocketMessage[];
  readonly masked: number;
}

export interface ExchangeResponse {
  readonly atUs: number;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: MessageBody;
  /** To the first byte, and to the last; null where not recorded. */
  readonly firstByteUs: number | null;
  readonly totalUs: number | null;
}

export interface SocketMessage {
  readonly atUs: number;
  readonly fromClient: boolean;
  readonly opcode: number;
  readonly content: Uint8Array | null;
}

const OPEN_MAX = 10_000;
const MESSAGES_MAX = 10_000;
type Open = { -readonly [Name in keyof Exchange]: Exchange[Name] } & { messages: SocketMessage[] };

/** Takes records in order; gives exchanges as they are complete. */
export class ExchangeLog {
  readonly #open = new Map<number, Open>();

  /** The exchange that a record completes; null if it completes none. */
  take(record: RecordRead): Exchange | null {
    const { type, data, dtUs } = record;
    const id = Number(data['id'] ?? data['ref']);
    if (type === 'http.req') return this.#request(id, requestOf(record));
    const open = this.#open.get(id);
    if (open === undefined) return null;
    if (type === 'http.ws' && open.messages.length < MESSAGES_MAX) open.messages.push(messageOf(record));
    if (type === 'mask' || type === 'mask.b') open.masked += Number(data['n'] ?? 1);
    if (type !== 'http.res') return null;
    open.response = responseOf(data, dtUs);
    if (open.response.status === 101) return null;
    this.#open.delete(id);
    return open;
  }

  /** Requests that are not answered, and web sockets. */
  end(): Exchange[] {
    const left = [...this.#open.values()];
    this.#open.clear();
    return left;
  }

  #request(id: number, request: Open): Exchange | null {
    const before = this.#open.get(id) ?? null;
    this.#open.set(id, request);
    if (before !== null || this.#open.size <= OPEN_MAX) return before;
    const [oldest] = this.#open.keys();
    const given = this.#open.get(oldest!)!;
    this.#open.delete(oldest!);
    return given;
  }
}

/** One record in a line: `→ GET https://…`, `← 200 application/json, 340 bytes, 12.0 ms`. */
export function exchangeLine({ type, data }: RecordRead): string {
  if (type === 'http.req') return `→ ${safeText(`${textIn(data, 'm')} ${textIn(data, 'url')}`)}`;
  const body = bodyOf(type === 'http.ws' ? { d: data['d'] } : data['body']);
  if (type === 'http.ws') return `${isFromClient(data) ? '→' : '←'} message, ${body.bytes} bytes`;
  const total = spanIn(data['t'], 'total');
  const parts = [safeText(body.contentType), `${body.bytes} bytes`, total === null ? '' : showSpan(total)];
  return `← ${safeText(textIn(data, 'st'))} ${parts.filter((part) => part !== '').join(', ')}`;
}

function requestOf({ seq, dtUs, data }: RecordRead): Open {
  return {
    seq,
    atUs: dtUs,
    id: Number(data['id']),
    method: textIn(data, 'm'),
    url: textIn(data, 'url'),
    version: textIn(data, 'v'),
    headers: headersOf(data['h']),
    body: bodyOf(data['body']),
    response: null,
    messages: [],
    masked: 0,
  };
}

function responseOf(data: Readonly<Record<string, unknown>>, atUs: number): ExchangeResponse {
  return {
    atUs,
    status: Number(data['st'] ?? 0),
    headers: headersOf(data['h']),
    body: bodyOf(data['body']),
    firstByteUs: spanIn(data['t'], 'ttfb'),
    totalUs: spanIn(data['t'], 'total'),
  };
}

function messageOf({ dtUs, data }: RecordRead): SocketMessage {
  const { content } = bodyOf({ d: data['d'] });
  return { atUs: dtUs, fromClient: isFromClient(data), opcode: Number(data['op'] ?? 1), content };
}

function isFromClient(data: Readonly<Record<string, unknown>>): boolean {
  return textIn(data, 'dir') === 'client';
}

function headersOf(value: unknown): [string, string][] {
  return listOf(value).map((pair) => {
    const [name, text] = listOf(pair);
    return [textIn({ name }, 'name'), textIn({ text }, 'text')];
  });
}

function bodyOf(value: unknown): MessageBody {
  const map = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const data = typeof map['d'] === 'string' ? Buffer.from(map['d']) : map['d'];
  const content = data instanceof Uint8Array ? data : null;
  const hash = map['sha256'];
  return {
    contentType: textIn(map, 'ct'),
    bytes: Number(map['n'] ?? content?.length ?? 0),
    content,
    sha256: hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : textIn(map, 'sha256'),
  };
}

function spanIn(map: unknown, key: string): number | null {
  const text = textIn(map, key);
  return text === '' ? null : Number(text);
}
