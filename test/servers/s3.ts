/**
 * A bucket with versions and Object Lock, for tests: checks signatures (SigV4, from the
 * specification and not from our signer), digests and lock headers as S3 says it does, and
 * refuses to delete what is locked. It is no S3: what it was not told to check it does not check.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const S3_KEYS = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const REGION = 'eu-central-1';

/** One stored version. */
export interface Version {
  readonly key: string;
  readonly id: string;
  readonly body: Buffer;
  readonly lockedUntilMs: number;
}

/** A running server. */
export interface S3Server {
  readonly endpoint: string;
  readonly versions: Version[];
  /** Requests that were refused, by S3's name for the error. */
  readonly refused: string[];
  /** Answers the next requests with 503, or keeps a changed body, while above 0. */
  down: number;
  corrupt: number;
  close(): Promise<void>;
}

/** Starts a server with one bucket, `records`. */
export async function startS3(): Promise<S3Server> {
  const server = createServer((request, response) => void answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const state: S3Server = {
    endpoint: `http://127.0.0.1:${port}`,
    versions: [],
    refused: [],
    down: 0,
    corrupt: 0,
    close,
  };
  return state;
}

async function answer(state: S3Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url!, state.endpoint);
  if (state.down > 0) {
    state.down--;
    return void refuse(state, response, 503, 'SlowDown');
  }
  const fault = faultOf(request, url, body);
  if (fault !== null) return void refuse(state, response, 403, fault);
  const key = decodeURIComponent(url.pathname).replace(/^\/records\/?/, '');
  if (request.method === 'PUT') put(state, request, response, key, body);
  else if (request.method === 'DELETE') remove(state, response, key, url.searchParams.get('versionId'));
  else if (url.searchParams.has('versions')) list(state, response, url.searchParams.get('prefix') ?? '');
  else get(state, response, key);
}

function put(
  state: S3Server,
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
  body: Buffer,
): void {
  const { headers } = request;
  const md5 = createHash('md5').update(body).digest('base64');
  const sha256 = createHash('sha256').update(body).digest('base64');
  if (headers['content-md5'] !== md5 || headers['x-amz-checksum-sha256'] !== sha256)
    return refuse(state, response, 400, 'BadDigest');
  const mode = headers['x-amz-object-lock-mode'];
  const until = headers['x-amz-object-lock-retain-until-date'];
  if (
    (mode === undefined) !== (until === undefined) ||
    (mode !== undefined && !/^(COMPLIANCE|GOVERNANCE)$/.test(String(mode)))
  )
    return refuse(state, response, 400, 'InvalidRequest');
  const kept = Buffer.from(body);
  if (state.corrupt-- > 0) kept[kept.length >> 1]! ^= 1;
  const lockedUntilMs = until === undefined ? 0 : Date.parse(String(until));
  state.versions.push({ key, id: `v${state.versions.length}`, body: kept, lockedUntilMs });
  response.writeHead(200).end();
}

function get(state: S3Server, response: ServerResponse, key: string): void {
  const version = state.versions.findLast((each) => each.key === key);
  if (version === undefined) refuse(state, response, 404, 'NoSuchKey');
  else response.writeHead(200).end(version.body);
}

function list(state: S3Server, response: ServerResponse, prefix: string): void {
  const found = state.versions.filter(({ key }) => key.startsWith(prefix));
  const items = found.map(
    ({ key, id }) => `<Version><Key>${key}</Key><VersionId>${id}</VersionId></Version>`,
  );
  response.writeHead(200).end(`<ListVersionsResult>${items.join('')}</ListVersionsResult>`);
}

function remove(state: S3Server, response: ServerResponse, key: string, id: string | null): void {
  const at = state.versions.findIndex((each) => each.key === key && each.id === id);
  if (at >= 0 && state.versions[at]!.lockedUntilMs > Date.now())
    return refuse(state, response, 403, 'AccessDenied');
  if (at >= 0) state.versions.splice(at, 1);
  response.writeHead(204).end();
}

function refuse(state: S3Server, response: ServerResponse, status: number, code: string): void {
  state.refused.push(code);
  response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
}

/** What is wrong with a request's signature; null if nothing is. */
function faultOf(request: IncomingMessage, url: URL, body: Buffer): string | null {
  const { headers } = request;
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request,SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/;
  const [, access, day, region, names, signature] = pattern.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date']);
  if (access !== S3_KEYS.accessKey || region !== REGION || day !== date.slice(0, 8))
    return 'InvalidAccessKeyId';
  const ms = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!(Math.abs(Date.now() - ms) < 900_000)) return 'RequestTimeTooSkewed';
  if (headers['x-amz-content-sha256'] !== hex(body)) return 'XAmzContentSHA256Mismatch';
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names!.split(';').includes(name),
  );
  if (unsigned.length > 0) return 'AccessDenied';
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const lines = names!.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = `${request.method}\n${url.pathname}\n${query.join('&')}\n${lines.join('')}\n${names}\n${hex(body)}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/s3/aws4_request\n${hex(canonical)}`;
  let key: Buffer | string = `AWS4${S3_KEYS.secretKey}`;
  for (const part of [day!, region!, 's3', 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  const expected = createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(signature!, 'hex')) ? null : 'SignatureDoesNotMatch';
}

function hex(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
