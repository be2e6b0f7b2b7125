/**
 * HAR 1.2 (w3c.github.io/web-performance/specs/HAR): requests and responses for browsers'
 * network panels. What has no field there stands in `_pangate`.
 */
import { type Exchange, ExchangeLog, type ExchangeResponse, type MessageBody } from '../exchange.ts';
import { safeJson } from '../safe-text.ts';
import type { ExportFormat, ExportJob } from './format.ts';
import { recordsOf } from './records.ts';

export const har: ExportFormat = {
  about: 'HAR 1.2 of the HTTP requests',
  write: async (job) => {
    const creator = { name: 'pangate', version: job.version };
    const { sid } = job.checked.header;
    const { status, digest } = job.checked.verification;
    const _pangate = { sid, verification: status, fingerprint: digest };
    await job.sink.write(
      `{"log":{"version":"1.2","creator":${safeJson(creator)},"_pangate":${safeJson(_pangate)},"entries":[`,
    );
    const log = new ExchangeLog();
    let isFirst = true;
    const write = async (exchange: Exchange): Promise<void> => {
      await job.sink.write(`${isFirst ? '' : ','}\n${safeJson(entry(exchange, job))}`);
      isFirst = false;
    };
    for await (const record of recordsOf(job)) {
      const exchange = log.take(record);
      if (exchange !== null) await write(exchange);
    }
    for (const exchange of log.end()) await write(exchange);
    await job.sink.write('\n]}}\n');
  },
};

function entry(exchange: Exchange, job: ExportJob): object {
  const { wallUs } = job.checked.header;
  const { response, atUs, seq, masked, messages } = exchange;
  const total = response === null ? 0 : ms(response.totalUs ?? response.atUs - atUs);
  const wait = ms(response?.firstByteUs ?? response?.totalUs ?? 0);
  return {
    startedDateTime: new Date((wallUs + atUs) / 1000).toISOString(),
    time: total,
    request: request(exchange),
    response: responseOf(response, exchange.version),
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, total - wait) },
    ...(messages.length > 0 ? { _webSocketMessages: messages.map((each) => message(each, wallUs)) } : {}),
    _pangate: { seq, masked, bodySha256: exchange.body.sha256, responseSha256: response?.body.sha256 ?? '' },
  };
}

function request({ method, url, version, headers, body }: Exchange): object {
  const content = textOf(body);
  return {
    method,
    url,
    httpVersion: `HTTP/${version || '1.1'}`,
    cookies: [],
    headers: named(headers),
    queryString: queryOf(url),
    ...(body.bytes > 0 ? { postData: { mimeType: body.contentType, params: [], text: content.text } } : {}),
    headersSize: -1,
    bodySize: body.bytes,
  };
}

function responseOf(response: ExchangeResponse | null, version: string): object {
  const body = response?.body ?? { contentType: '', bytes: 0, content: null, sha256: '' };
  return {
    status: response?.status ?? 0,
    statusText: '',
    httpVersion: `HTTP/${version || '1.1'}`,
    cookies: [],
    headers: named(response?.headers ?? []),
    content: { size: body.bytes, mimeType: body.contentType, ...textOf(body) },
    redirectURL: response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '',
    headersSize: -1,
    bodySize: body.bytes,
  };
}

/** Text where it is UTF-8, else base64; nothing where the body was not recorded. */
function textOf({ content }: MessageBody): { text: string; encoding?: string } {
  if (content === null) return { text: '' };
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { text } : { text: bytes.toString('base64'), encoding: 'base64' };
}

function message(each: Exchange['messages'][number], wallUs: number): object {
  const data =
    each.content === null ? '' : Buffer.from(each.content).toString(each.opcode === 1 ? 'utf8' : 'base64');
  return {
    type: each.fromClient ? 'send' : 'receive',
    time: (wallUs + each.atUs) / 1e6,
    opcode: each.opcode,
    data,
  };
}

function named(headers: readonly (readonly [string, string])[]): object[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function queryOf(url: string): object[] {
  const query = url.split('#')[0]!.split('?').slice(1).join('?');
  return [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}

function ms(us: number): number {
  return us / 1000;
}
