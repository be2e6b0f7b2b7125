/**
 * AWS Signature Version 4 for S3 requests with an Authorization header ("Authenticating
 * Requests: Using the Authorization Header", Amazon S3 API Reference). Pure.
 */
import { createHash, createHmac } from 'node:crypto';

/** Who signs, and for where. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** What is signed. */
export interface SignedRequest {
  readonly method: string;
  /** Path as it is sent: percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; `host`, `x-amz-date` and `x-amz-content-sha256` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The value of the Authorization header. */
export function authorizationOf(
  request: SignedRequest,
  { accessKey, secretKey, region }: Credentials,
): string {
  const date = request.headers['x-amz-date']!;
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const names = Object.keys(request.headers).sort();
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalOf(request, names))].join('\n');
  const key = [date.slice(0, 8), region, 's3', 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${secretKey}`,
  );
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
}

function canonicalOf({ method, path, query, headers }: SignedRequest, names: readonly string[]): string {
  const lines = names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, ' ')}`);
  return [method, path, queryOf(query), ...lines, '', names.join(';'), headers['x-amz-content-sha256']].join(
    '\n',
  );
}

/** Parameters sorted and encoded, as they are signed and sent. */
export function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((name) => `${encode(name)}=${encode(query[name]!)}`)
    .join('&');
}

/** Percent-encoding of RFC 3986: all but unreserved characters. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20130524T000000Z`. */
export function amzDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
