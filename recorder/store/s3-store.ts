/**
 * A bucket of S3 or of what speaks like it, with Object Lock: PutObject, GetObject,
 * ListObjectVersions, DeleteObject (Amazon S3 API Reference), path-style. Objects are written by
 * one PutObject, so a recording is at most 5 GiB.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { streamOf } from './folder-store.ts';
import { amzDate, authorizationOf, type Credentials, encode, queryOf } from './sigv4.ts';
import type { Parcel, Store } from './store.ts';

const OBJECT_BYTES_MAX = 5 * 1024 ** 3;
const ANSWER_BYTES_MAX = 1_048_576;
const TIMEOUT_MS = 60_000;
const NOTHING = createHash('sha256').digest('hex');

/** Which bucket, and how. */
export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`; plain http only where the network is trusted. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** In front of every name; may be empty. */
  readonly prefix: string;
  /** `none`: for buckets without Object Lock. */
  readonly lock: 'compliance' | 'governance' | 'none';
  /** Asked anew for each request, so that rotation needs no restart. */
  readonly credentials: () => Promise<Pick<Credentials, 'accessKey' | 'secretKey'>>;
}

/** Bytes of a file. */
type Part = Required<Pick<Parcel, 'path' | 'from' | 'bytes'>>;

interface Request {
  readonly method: 'PUT' | 'GET' | 'DELETE';
  readonly name: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Part & { readonly sha256: string };
}

export class S3Store implements Store {
  readonly name: string;
  readonly #options: S3Options;
  readonly #endpoint: URL;

  constructor(options: S3Options) {
    this.#options = options;
    this.#endpoint = new URL(options.endpoint);
    this.name = `s3:${options.bucket}`;
  }

  async put(parcel: Parcel): Promise<void> {
    if (parcel.bytes > OBJECT_BYTES_MAX)
      throw new PangateError('limit-exceeded', 'a recording of more than 5 GiB');
    const sha256 = Buffer.from(parcel.sha256);
    const headers = {
      'content-length': String(parcel.bytes),
      'content-md5': await md5Of(parcel),
      'x-amz-checksum-sha256': sha256.toString('base64'),
      ...this.#lock(parcel.lockUntilUs),
    };
    const { path, from = 0, bytes } = parcel;
    const body = { path, from, bytes, sha256: sha256.toString('hex') };
    const answer = await this.#send({ method: 'PUT', name: parcel.name, headers, body });
    await refuseUnless(answer, [200]);
  }

  async read(name: string): Promise<AsyncIterable<Bytes> | null> {
    const answer = await this.#send({ method: 'GET', name });
    if (answer.statusCode === 404) {
      answer.resume();
      return null;
    }
    if (answer.statusCode !== 200) await refuseUnless(answer, [200]);
    return answer;
  }

  async remove(name: string): Promise<boolean> {
    const query = { versions: '', prefix: this.#options.prefix + name, 'max-keys': '1000' };
    const listed = await refuseUnless(await this.#send({ method: 'GET', name: '', query }), [200]);
    const ids = [...listed.matchAll(/<VersionId>([^<]{1,1024})<\/VersionId>/g)].map((match) => match[1]!);
    let isGone = true;
    for (const versionId of ids.length > 0 ? ids : ['']) {
      const version = versionId === '' ? {} : { query: { versionId: unescaped(versionId) } };
      const answer = await this.#send({ method: 'DELETE', name, ...version });
      if (answer.statusCode === 403) {
        isGone = false;
        answer.resume();
      } else await refuseUnless(answer, [200, 204]);
    }
    return isGone;
  }

  #lock(untilUs: number | null): Record<string, string> {
    if (untilUs === null || this.#options.lock === 'none') return {};
    return {
      'x-amz-object-lock-mode': this.#options.lock.toUpperCase(),
      'x-amz-object-lock-retain-until-date': new Date(untilUs / 1000).toISOString(),
    };
  }

  async #send({ method, name, query = {}, headers = {}, body }: Request): Promise<IncomingMessage> {
    const { bucket, prefix, region, credentials } = this.#options;
    const key = name === '' ? '' : `/${(prefix + name).split('/').map(encode).join('/')}`;
    const path = `/${encode(bucket)}${key}`;
    const signed = {
      ...headers,
      host: this.#endpoint.host,
      'x-amz-content-sha256': body?.sha256 ?? NOTHING,
      'x-amz-date': amzDate(Date.now()),
    };
    const request = { method, path, query, headers: signed };
    const authorization = authorizationOf(request, { ...(await credentials()), region });
    const search = queryOf(query);
    const options = {
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers: { ...signed, authorization },
      timeout: TIMEOUT_MS,
    };
    return answerTo(this.#endpoint, options, body ?? null);
  }
}

/** Sends; resolves with the head of the answer. A server that says nothing for a minute is given up. */
function answerTo(endpoint: URL, options: http.RequestOptions, body: Part | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const client = endpoint.protocol === 'http:' ? http : https;
    const request = client.request(endpoint, options, resolve);
    request.on('timeout', () => request.destroy(new Error('the store does not answer')));
    request.on('error', reject);
    if (body === null) request.end();
    else pipeline(streamOf(body.path, body.from, body.bytes), request).catch(reject);
  });
}

/** The body of an answer with one of the codes. Rejects with the code and S3's own name for the error. */
async function refuseUnless(answer: IncomingMessage, codes: readonly number[]): Promise<string> {
  const chunks: Bytes[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Bytes).length;
    if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk as Bytes);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (codes.includes(answer.statusCode ?? 0)) return text;
  const code = /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(text)?.[1] ?? 'no reason given';
  throw new Error(`the store answers ${answer.statusCode}: ${code}`);
}

async function md5Of({ path, from = 0, bytes }: Parcel): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of streamOf(path, from, bytes)) hash.update(chunk as Bytes);
  return hash.digest('base64');
}

function unescaped(xml: string): string {
  return xml
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
